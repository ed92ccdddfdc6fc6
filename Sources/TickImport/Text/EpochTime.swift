import MarketTypes

/// The unit in which a source counts time since 1970.
enum EpochUnit: String, Sendable {
  case seconds = "s"
  case milliseconds = "ms"
  case microseconds = "us"
  case nanoseconds = "ns"

  var nanoseconds: Int64 {
    switch self {
    case .seconds: 1_000_000_000
    case .milliseconds: 1_000_000
    case .microseconds: 1000
    case .nanoseconds: 1
    }
  }

  var decimals: Int {
    switch self {
    case .seconds: 9
    case .milliseconds: 6
    case .microseconds: 3
    case .nanoseconds: 0
    }
  }

  /// The unit that makes a count a moment between 1973 and 5138: feeds change theirs without changing a field's name.
  init(magnitudeOf count: UInt64) {
    switch count {
    case ..<100_000_000_000: self = .seconds
    case ..<100_000_000_000_000: self = .milliseconds
    case ..<100_000_000_000_000_000: self = .microseconds
    default: self = .nanoseconds
    }
  }
}

extension LinePlace {
  /// A whole count of seconds, milliseconds, microseconds or nanoseconds since 1970, told apart by size.
  func epochTime(_ field: String, _ text: TextSlice) throws(ImportError) -> Timestamp {
    let count = try unsigned(field, text)
    let (product, overflows) = count.multipliedReportingOverflow(by: UInt64(EpochUnit(magnitudeOf: count).nanoseconds))
    guard !overflows, let nanoseconds = Int64(exactly: product) else {
      throw error("\(field) \(text.quoted) is beyond the year 2262")
    }
    return Timestamp(nanoseconds: nanoseconds)
  }
}
