public import Accounting

/// Why lanes cannot run under their terms.
public enum LaneTermsError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Fees or values cannot be kept exactly.
  case accounting(AccountingError)
  /// A latency of a lane lies beyond what times can bear.
  case latency(lane: Int, message: String, nanoseconds: Int64)
  /// More different queue models than the engine can number.
  case tooManyQueueModels

  public var description: String {
    switch self {
    case .accounting(let error): "\(error)"
    case .tooManyQueueModels: "the lanes have more than 65,536 different queue models; run them in several parts"
    case .latency(let lane, let message, let nanoseconds):
      "lane \(lane): the latency of \(message) is \(nanoseconds) ns; no message may take longer than "
        + "\(LatencyModel.longestNanoseconds) ns, a hundred days"
    }
  }
}

extension LatencyModel {
  /// A hundred days. Sums of a few latencies and any time between the years 1677 and 2200 then fit 64 bits.
  public static let longestNanoseconds: Int64 = 100 * 86_400_000_000_000

  /// Throws where a message could take so long that times would wrap.
  public func validate(lane: Int) throws(LaneTermsError) {
    if case .constant(let nanoseconds) = feed { try Self.check(nanoseconds, "the feed", lane) }
    var laws: [(String, LatencyLaw)] = []
    if case .varying(let law) = feed { laws.append(("the feed", law)) }
    laws += [
      ("a new order", newOrder), ("a cancel", cancel), ("an amend", amend), ("an acknowledgement", acknowledgement),
    ]
    for (message, law) in laws {
      switch law {
      case .constant(let nanoseconds): try Self.check(nanoseconds, message, lane)
      case .recorded(let thousandths, let added):
        try Self.check(added, message, lane)
        // What the data recorded is not known here; the factor alone must not be absurd.
        try Self.check(thousandths, message, lane)
      case .measured(let points): for point in points { try Self.check(point.nanoseconds, message, lane) }
      case .drawn(let quantiles): for quantile in quantiles { try Self.check(quantile, message, lane) }
      }
    }
  }

  /// Latencies below zero count as none, but must not wrap on the way there.
  private static func check(_ nanoseconds: Int64, _ message: String, _ lane: Int) throws(LaneTermsError) {
    guard nanoseconds.magnitude <= UInt64(longestNanoseconds) else {
      throw .latency(lane: lane, message: message, nanoseconds: nanoseconds)
    }
  }
}
