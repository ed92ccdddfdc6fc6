import CommandLineInterface
import MarketTypes
import TickStore

/// Parameters and checks that the commands on tick files share.
enum TickFileAccess {
  static let file = Argument<String>(.file("FILE", endings: [".ticks"]), "The tick file.")
  static let from = Option("from", .time(), "Start at the first event that reaches this time.")
  static let until = Option("to", .time(), "Stop before the first event that reaches this time.")
  static let instruments = Option(
    "instrument", short: "i", .text("SYMBOL"), isRepeated: true, "Only this instrument; may be given several times.")

  /// Opens the file named on the command line.
  static func open(_ invocation: Invocation) throws -> TickFile {
    try reading { () throws(TickStoreError) in try TickFile(path: invocation[file]) }
  }

  /// Reads a tick file; one that the system will not let us read is bad data, whatever its reason. With a path, only that
  /// file is: another one that cannot be written is a failure.
  static func reading<Result>(
    _ path: String? = nil, _ body: () throws(TickStoreError) -> Result
  ) throws -> Result {
    do throws(TickStoreError) {
      return try body()
    } catch {
      if error.kind == .system, path == nil || error.file == path { throw Failure(.badData, error.description) }
      throw error
    }
  }

  /// The numbers of the instruments asked for; nil when none was named.
  static func selection(_ invocation: Invocation, in file: TickFile) throws(Failure) -> Set<UInt16>? {
    let symbols = invocation.all(instruments)
    guard !symbols.isEmpty else { return nil }
    var numbers: Set<UInt16> = []
    for symbol in symbols {
      let found = file.instruments.indices.filter { file.instruments[$0].symbol == symbol }
      guard !found.isEmpty else {
        let known = file.instruments.prefix(10).map(\.symbol).joined(separator: ", ")
        throw Failure(
          .badData, "\(file.path) holds no instrument '\(symbol)'",
          advice: file.instruments.isEmpty
            ? "It holds none." : "It holds \(known)\(file.instruments.count > 10 ? ", ..." : ".")")
      }
      numbers.formUnion(found.map { UInt16($0) })
    }
    return numbers
  }

  /// The times asked for, in order.
  static func times(_ invocation: Invocation) throws(Failure) -> (from: Timestamp?, until: Timestamp?) {
    let from = invocation[from].map { Timestamp(nanoseconds: $0) }
    let until = invocation[until].map { Timestamp(nanoseconds: $0) }
    if let from, let until, until < from { throw .usage("--to lies before --from") }
    return (from, until)
  }
}
