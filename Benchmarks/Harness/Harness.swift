import Foundation

/// What the command line of a benchmark executable asked for.
public struct BenchmarkOptions: Sendable {
  /// Tiny parameters, so that the test suite can run the same code in milliseconds.
  public var isTiny = false
  public var printsJSON = false
  /// Only benchmarks whose name contains this.
  public var filter: String?
  public var repetitions = 5
  /// Arguments the harness does not know, for the benchmark itself (paths, sizes).
  public var rest: [String] = []

  public init(arguments: [String] = CommandLine.arguments) {
    var index = 1
    while index < arguments.count {
      switch arguments[index] {
      case "--tiny":
        isTiny = true
        repetitions = 1
      case "--json": printsJSON = true
      case "--filter" where index + 1 < arguments.count:
        index += 1
        filter = arguments[index]
      case "--repetitions" where index + 1 < arguments.count:
        index += 1
        repetitions = max(1, Int(arguments[index]) ?? repetitions)
      default: rest.append(arguments[index])
      }
      index += 1
    }
  }
}

/// One measured workload: how much was done, how long it took, and a hash of the answer.
public struct BenchmarkResult: Sendable, Encodable {
  public var name: String
  public var items: Int
  public var unit: String
  public var medianSeconds: Double
  public var bestSeconds: Double
  /// Processor time of the best repetition, all threads together: what a shared machine leaves comparable.
  public var bestProcessorSeconds: Double
  public var hash: String
  public var note: String

  public var itemsPerSecond: Double { Double(items) / medianSeconds }
}

/// Runs workloads several times and prints medians with a hash of each result, as a table or as JSON lines.
public struct BenchmarkRunner {
  public let options: BenchmarkOptions
  public private(set) var results: [BenchmarkResult] = []

  public init(options: BenchmarkOptions = BenchmarkOptions()) { self.options = options }

  /// Whether any of the names passes the filter, so that costly preparations can be left out.
  public func wants(_ names: String...) -> Bool {
    options.filter.map { filter in names.contains { $0.contains(filter) } } ?? true
  }

  /// Times `body`, which does `items` units of work and returns a hash of its answer; the hash must not vary.
  public mutating func measure(
    _ name: String, items: Int, unit: String, note: String = "", body: () throws -> UInt64
  ) rethrows {
    if let filter = options.filter, !name.contains(filter) { return }
    var seconds: [Double] = []
    var processorSeconds = Double.infinity
    var hash: UInt64?
    let clock = ContinuousClock()
    for _ in 0..<options.repetitions {
      let processorStart = Self.processorTime()
      let start = clock.now
      let answer = try body()
      let elapsed = clock.now - start
      processorSeconds = min(processorSeconds, Self.processorTime() - processorStart)
      seconds.append(Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18)
      precondition(hash == nil || hash == answer, "\(name): two repetitions gave different answers")
      hash = answer
    }
    seconds.sort()
    let result = BenchmarkResult(
      name: name, items: items, unit: unit, medianSeconds: max(seconds[seconds.count / 2], 1e-9),
      bestSeconds: seconds[0], bestProcessorSeconds: processorSeconds, hash: String(hash ?? 0, radix: 16), note: note)
    results.append(result)
    print(options.printsJSON ? Self.json(result) : Self.row(result))
  }

  static func processorTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  static func json(_ result: BenchmarkResult) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    return (try? encoder.encode(result)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
  }

  static func row(_ result: BenchmarkResult) -> String {
    let rate = result.itemsPerSecond
    let rateText =
      rate >= 1e9
      ? String(format: "%.3f G", rate / 1e9)
      : rate >= 1e6 ? String(format: "%.2f M", rate / 1e6) : String(format: "%.1f", rate)
    let name = result.name.padding(toLength: max(44, result.name.count), withPad: " ", startingAt: 0)
    return "\(name) \(rateText) \(result.unit)/s  median \(String(format: "%.6f", result.medianSeconds)) s  best "
      + "\(String(format: "%.6f", result.bestSeconds)) s  processor "
      + "\(String(format: "%.6f", result.bestProcessorSeconds)) s  hash \(result.hash) \(result.note)"
  }
}
