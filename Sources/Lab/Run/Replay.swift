import Accounting
import Execution
import MarketTypes
import Simulation
import TickStore

/// The recorded events of a run: opened files and what of them is replayed.
struct Replay: Sendable {
  /// One file with its fingerprint.
  struct Part: Sendable {
    var file: TickFile
    /// As the scenario names it.
    var name: String
    var sha256: String
    /// The file's number of each instrument of the run.
    var instruments: [UInt16]
    /// The run's number of each instrument of the file; nil where nothing has to be renumbered.
    var renumbered: [UInt16]?
  }

  var parts: [Part]
  var instruments: [Instrument]
  /// What lots of each instrument are worth, at the first rates.
  var contracts: [ContractValue]
  /// What they are worth later.
  var worth = WorthHistory()
  /// Splits of the scenario, by the run's numbers of instruments.
  var splits: [InstrumentChanges.Split] = []
  var from: Timestamp?
  var until: Timestamp?
  /// Some lane's messages take as long as the data says.
  var readsFeedDelays = false

  /// Records a simulated market's whole day and replays it; the recording has no name, so nothing is left behind.
  init(simulating model: MarketModel, threads: Int, progress: @escaping ProgressHandler) throws {
    let part = try SimulatedDay.record(model, threads: threads, progress: progress)
    parts = [part]
    instruments = part.file.instruments
    contracts = try instruments.map { try Self.contract(of: $0) }
    from = nil
    until = nil
  }

  /// A simulated market that lanes trade in: there is nothing to replay before they have.
  init(tradingIn model: MarketModel) throws {
    parts = []
    instruments = try SimulatedMarket(model).instruments
    contracts = try instruments.map { try Self.contract(of: $0) }
    from = nil
    until = nil
  }

  /// From the first event of any file to the last, as far as files say.
  var timeSpan: ClosedRange<Int64>? {
    let spans = parts.compactMap(\.file.timeSpan)
    guard let first = spans.map(\.lowerBound).min(), let last = spans.map(\.upperBound).max() else { return nil }
    return first...last
  }

  /// Opens the files of a scenario.
  init(_ data: DataSelection, scenario: String) throws {
    parts = []
    instruments = []
    contracts = []
    from = data.from.map { Timestamp(nanoseconds: $0) }
    until = data.until.map { Timestamp(nanoseconds: $0) }
    for (index, name) in data.files.enumerated() {
      let path = data.path(of: name)
      let file = try Self.open(path, named: "data.files[\(index)] of \(scenario)")
      let numbers = try Self.selection(data.instruments, in: file)
      let chosen = numbers.map { file.instruments[Int($0)] }
      if index == 0 {
        instruments = chosen
      } else if chosen != instruments {
        throw RunError(
          .badData, "\(path) holds other instruments than \(data.path(of: data.files[0]))",
          advice: "files of one run must agree on symbols, ticks and lots; choose with data.instruments")
      }
      let isWhole = numbers == Array(0..<UInt16(file.instruments.count))
      var renumbered = [UInt16](repeating: 0, count: file.instruments.count)
      for (new, old) in numbers.enumerated() { renumbered[Int(old)] = UInt16(new) }
      parts.append(
        Part(
          file: file, name: name, sha256: try FileDigest.sha256(of: path), instruments: numbers,
          renumbered: isWhole ? nil : renumbered))
    }
    guard !instruments.isEmpty else {
      throw RunError(.badData, "\(data.files.first ?? scenario) holds no instruments")
    }
    contracts = try instruments.map { try Self.contract(of: $0) }
  }

  /// States instruments as the scenario says that their contracts are.
  mutating func restate(_ terms: [ContractTerms]) throws(RunError) {
    guard !terms.isEmpty else { return }
    for (index, term) in terms.enumerated() {
      let places = instruments.indices.filter { term.instrument.isEmpty || instruments[$0].symbol == term.instrument }
      guard !places.isEmpty else {
        throw RunError(
          .badScenario, "data.contract[\(index)].instrument: the run has no instrument '\(term.instrument)'",
          advice: "its instruments are \(instruments.prefix(20).map(\.symbol).joined(separator: ", "))")
      }
      for place in places {
        if let multiplier = term.multiplier {
          guard let unit = DecimalUnit(nearest: multiplier) else {
            throw RunError(
              .badScenario, "data.contract[\(index)].multiplier: \(multiplier) has more than nine decimals")
          }
          instruments[place].multiplier = unit
        }
        if !term.currency.isEmpty { instruments[place].currency = term.currency }
        switch term.settlement {
        case .asRecorded: break
        case .linear: instruments[place].settlement = .linear
        case .inverse: instruments[place].settlement = .inverse
        }
      }
    }
    contracts = []
    for instrument in instruments { contracts.append(try Self.contract(of: instrument)) }
  }

  /// States instruments of other currencies in the account's, where a rate is given for the whole run.
  mutating func restate(for account: AccountSettings) throws {
    let currencies = instruments.map(\.currency)
    instruments = try instruments.map { try account.restated($0) }
    contracts = try instruments.map { try Self.contract(of: $0) }
    worth = try WorthHistory(contracts, currencies: currencies, account: account, dataStart: timeSpan?.lowerBound)
  }

  /// Takes the splits that the scenario states.
  mutating func take(_ terms: [SplitTerms]) throws(RunError) {
    splits = []
    for (index, term) in terms.enumerated() {
      for number in try HoldingTerms.numbers(of: term.instrument, in: instruments, key: "data.split[\(index)]") {
        guard instruments[number].settlement == .linear,
          let split = ShareSplit(term.newShares, for: term.oldShares)
        else {
          throw RunError(
            .badScenario, "data.split[\(index)]: \(instruments[number].symbol) is no share that could be split",
            advice: "splits belong to instruments that are paid in full")
        }
        splits.append(InstrumentChanges.Split(time: term.time ?? 0, instrument: UInt16(number), split: split))
      }
    }
    splits.sort { $0.time < $1.time }
  }

  /// What changes while lanes run.
  var changes: InstrumentChanges { InstrumentChanges(splits: splits, worths: worth.changes) }

  private static func contract(of instrument: Instrument) throws(RunError) -> ContractValue {
    do { return try ContractValue(instrument) } catch { throw RunError(.badData, "\(error)") }
  }

  private static func open(_ path: String, named place: String) throws -> TickFile {
    do {
      return try TickFile(path: path)
    } catch {
      guard error.kind == .system else { throw error }
      throw RunError(.badData, "\(error)", advice: "\(place) names it")
    }
  }

  /// The file's numbers of the symbols asked for, in their order; all without any. `ALFA@SIMX` names a venue too.
  private static func selection(_ symbols: [String], in file: TickFile) throws(RunError) -> [UInt16] {
    guard !symbols.isEmpty else { return Array(0..<UInt16(clamping: file.instruments.count)) }
    var numbers: [UInt16] = []
    for symbol in symbols {
      let found = file.instruments.indices.filter {
        let instrument = file.instruments[$0]
        return instrument.symbol == symbol || "\(instrument.symbol)@\(instrument.venue)" == symbol
      }
      guard !found.isEmpty else {
        let known = file.instruments.prefix(10).map(\.symbol)
        throw RunError(
          .badData, "\(file.path) holds no instrument '\(symbol)'",
          advice: nearestKey(to: symbol, among: known).map { "did you mean '\($0)'?" }
            ?? "it holds \(known.joined(separator: ", "))\(file.instruments.count > 10 ? ", ..." : "")")
      }
      for number in found where !numbers.contains(UInt16(number)) { numbers.append(UInt16(number)) }
    }
    return numbers
  }

  /// Clocks of captures step back by less than this where one file ends and the next begins.
  static let overlapTolerance: Int64 = 1_000_000_000

  /// Files must follow each other in time, and some of them must lie in the span asked for: anything else would run, and its
  /// result would mean nothing. A capture may begin with a snapshot of older orders, so a file begins with its first news.
  func requireTimes() throws {
    for part in parts {
      guard let span = part.file.timeSpan else { continue }
      guard SteadyClock.times.contains(span.lowerBound), SteadyClock.times.contains(span.upperBound) else {
        throw RunError(
          .badData,
          "\(part.file.path) has times from \(UTCText.text(span.lowerBound)) to \(UTCText.text(span.upperBound)), and a run's "
            + "clock goes from 1885 to 2200",
          advice: "times in another unit look like this: import the source again with the right --time-format")
      }
    }
    for (part, next) in zip(parts, parts.dropFirst()) {
      guard let earlier = part.file.timeSpan, let later = next.file.timeSpan else { continue }
      guard later.upperBound > earlier.upperBound else {
        throw RunError(
          .badData,
          "\(next.file.path) does not go on after \(part.file.path): it ends at "
            + "\(UTCText.text(later.upperBound)), and the other at "
            + UTCText.text(earlier.upperBound),
          advice:
            "list data.files in the order of time; lockstep import A B -o C.ticks merges files of several instruments"
        )
      }
      guard later.lowerBound < earlier.upperBound - Self.overlapTolerance, let news = try next.file.firstNewsTime(),
        news < earlier.upperBound - Self.overlapTolerance
      else { continue }
      throw RunError(
        .badData,
        "\(part.file.path) and \(next.file.path) overlap: the second begins at \(UTCText.text(news)), before the first ends "
          + "at \(UTCText.text(earlier.upperBound)), and what both hold would happen twice",
        advice:
          "cut one of them with data.from and data.until in a run of its own, or import their sources anew without the "
          + "part that both hold")
    }
    guard let span = timeSpan else {
      throw RunError(.badData, "\(parts.first?.file.path ?? "the data") holds no events")
    }
    let isBefore = until.map { $0.nanoseconds <= span.lowerBound } ?? false
    let isAfter = from.map { $0.nanoseconds > span.upperBound } ?? false
    guard isBefore || isAfter else { return }
    throw RunError(
      .badData, "no event lies in the span that data.from and data.until choose",
      advice: "the files hold \(UTCText.text(span.lowerBound)) to "
        + UTCText.text(span.upperBound))
  }

  /// One file from its start, all of it: its own slots and numbers serve as they are.
  var isPlain: Bool { parts.count == 1 && from == nil && parts[0].renumbered == nil }

  /// Events that the largest block of any file holds.
  var batchCapacity: Int { parts.map(\.file.blockCapacity).max() ?? 1 }

  /// Events in all files, before any selection: what progress is measured against.
  var eventCount: UInt64 { parts.reduce(0) { $0 + $1.file.eventCount } }
}

extension DecimalUnit {
  /// A number of at most nine decimals; nil for any other.
  init?(nearest value: Double) {
    let scaled = (value * 1e9).rounded()
    guard scaled.isFinite, scaled >= 1, scaled < 9e18, (scaled / 1e9 - value).magnitude <= value * 1e-12 else {
      return nil
    }
    self.init(mantissa: Int64(scaled), exponent: 9)
  }
}
