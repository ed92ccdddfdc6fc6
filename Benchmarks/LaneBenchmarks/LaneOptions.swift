import Accounting
import BenchmarkHarness
import Execution
import RiskControls
import Strategies

/// What the command line says about lanes, beyond what the harness knows.
struct LaneOptions {
  /// A tick file to replay; a simulated day without one.
  var ticks = ""
  /// How many lanes each run has.
  var laneCounts: [Int] = []
  var feedNanoseconds: Int64 = 60_000
  var orderNanoseconds: Int64 = 500_000
  var acknowledgementNanoseconds: Int64 = 500_000
  var queueModel = QueueModel.riskAverse
  /// Parameters of the grid maker that all lanes share, by name.
  var parameters: [String: Double] = [:]
  /// Where to write every fill, instead of measuring.
  var fills: String?
  /// Closing prices in ticks, 32-bit little-endian, for the moving-average sweep.
  var closes: String?
  /// Where to write the total return of each parameter set of that sweep.
  var returns: String?

  init(_ options: BenchmarkOptions) throws {
    var index = 0
    while index < options.rest.count {
      let argument = options.rest[index]
      index += 1
      guard argument.hasPrefix("--") else {
        ticks = argument
        continue
      }
      guard index < options.rest.count else { throw LaneOptionError(text: "\(argument) needs a value") }
      let value = options.rest[index]
      index += 1
      switch argument {
      case "--lanes": laneCounts = try value.split(separator: ",").map { Int(try Self.number(argument, String($0))) }
      case "--feed": feedNanoseconds = Int64(try Self.number(argument, value))
      case "--order": orderNanoseconds = Int64(try Self.number(argument, value))
      case "--acknowledgement": acknowledgementNanoseconds = Int64(try Self.number(argument, value))
      case "--queue": queueModel = try Self.model(value)
      case "--fills": fills = value
      case "--closes": closes = value
      case "--returns": returns = value
      default:
        let name = String(argument.dropFirst(2)).replacing("-", with: "_")
        guard GridMaker.parameters.contains(where: { $0.name == name }) else {
          throw LaneOptionError(text: "\(argument) is neither an option nor a parameter of \(GridMaker.name)")
        }
        parameters[name] = try Self.number(argument, value)
      }
    }
    if laneCounts.isEmpty { laneCounts = fills != nil ? [1] : options.isTiny ? [1, 16] : [1, 16, 128, 1_024] }
  }

  /// The terms every lane has: every control of the risk gate is on, and wide enough to refuse nothing.
  func terms(isRecorded: Bool) -> LaneTerms {
    var limits = RiskLimits()
    limits.orderQuantity = 1_000_000_000
    limits.position = 1_000_000_000_000
    limits.priceCollarTicks = 1_000_000
    limits.orderRate = 1_000_000
    limits.notional = 1_000_000_000_000_000_000
    return LaneTerms(
      latency: LatencyModel(
        feed: .constant(nanoseconds: feedNanoseconds), newOrderNanoseconds: orderNanoseconds,
        acknowledgementNanoseconds: acknowledgementNanoseconds),
      fees: FeeSchedule(makerRate: -20_000, takerRate: 100_000), limits: limits, queueModel: queueModel,
      isRecorded: isRecorded)
  }

  /// The strategies of a run: half spreads 1 to 4 and skews 0, 1, 2, 4 in turn, unless the options say one.
  func strategies(_ lanes: Int) throws -> [GridMaker] {
    let spreads = [1.0, 2.0, 3.0, 4.0]
    let skews = [0.0, 1.0, 2.0, 4.0]
    return try (0..<lanes).map { lane in
      var values = ["half_spread": spreads[(lane + 1) % 4], "skew": skews[(lane / 4 + 1) % 4]]
      for (name, value) in parameters { values[name] = value }
      return GridMaker(try ParameterValues(values, for: GridMaker.self))
    }
  }

  private static func number(_ name: String, _ text: String) throws -> Double {
    guard let value = Double(text), abs(value) < 1e15 else {
      throw LaneOptionError(text: "\(name) \(text) is not a number")
    }
    return value
  }

  private static func model(_ name: String) throws -> QueueModel {
    let models: [QueueModel] = [
      .riskAverse, .uniform, .power(3), .powerOfTotal(3), .powerOfAhead(3), .logarithm, .logarithmOfTotal,
    ]
    guard let model = models.first(where: { $0.name == name }) else {
      throw LaneOptionError(text: "--queue \(name) is not one of \(models.map(\.name).joined(separator: ", "))")
    }
    return model
  }
}

/// A wrong command line.
struct LaneOptionError: Error, CustomStringConvertible {
  var text: String
  var description: String { text }
}
