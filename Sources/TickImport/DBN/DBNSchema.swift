import MarketTypes

/// What the records of a DBN file are.
public enum DBNSchema: UInt16, Hashable, Sendable, CaseIterable {
  case mbo = 0
  case mbp1 = 1
  case mbp10 = 2
  case tbbo = 3
  case trades = 4
  case ohlcv1s = 5
  case ohlcv1m = 6
  case ohlcv1h = 7
  case ohlcv1d = 8
  case definition = 9
  case statistics = 10
  case status = 11
  case imbalance = 12
  case ohlcvEod = 13
  case cmbp1 = 14
  case cbbo1s = 15
  case cbbo1m = 16
  case tcbbo = 17
  case bbo1s = 18
  case bbo1m = 19

  /// The name in the format's own documents.
  public var name: String {
    switch self {
    case .mbo: "mbo"
    case .mbp1: "mbp-1"
    case .mbp10: "mbp-10"
    case .tbbo: "tbbo"
    case .trades: "trades"
    case .ohlcv1s: "ohlcv-1s"
    case .ohlcv1m: "ohlcv-1m"
    case .ohlcv1h: "ohlcv-1h"
    case .ohlcv1d: "ohlcv-1d"
    case .definition: "definition"
    case .statistics: "statistics"
    case .status: "status"
    case .imbalance: "imbalance"
    case .ohlcvEod: "ohlcv-eod"
    case .cmbp1: "cmbp-1"
    case .cbbo1s: "cbbo-1s"
    case .cbbo1m: "cbbo-1m"
    case .tcbbo: "tcbbo"
    case .bbo1s: "bbo-1s"
    case .bbo1m: "bbo-1m"
    }
  }

  /// The schema of a bar's record; minutes where the bar does not say.
  init(ofBars event: MarketEvent) {
    switch DBNRecordKind(rawValue: UInt8(truncatingIfNeeded: event.origin)) {
    case .ohlcv1s: self = .ohlcv1s
    case .ohlcv1h: self = .ohlcv1h
    case .ohlcv1d: self = .ohlcv1d
    case .ohlcvEod: self = .ohlcvEod
    default: self = .ohlcv1m
    }
  }

  /// How long a bar of this schema lasts, in nanoseconds.
  var barNanoseconds: UInt64? {
    switch self {
    case .ohlcv1s: 1_000_000_000
    case .ohlcv1m: 60_000_000_000
    case .ohlcv1h: 3_600_000_000_000
    case .ohlcv1d: 86_400_000_000_000
    default: nil
    }
  }
}

/// The kind of a record, from its `rtype` byte.
public enum DBNRecordKind: UInt8, Hashable, Sendable, CaseIterable {
  case trade = 0x00
  case mbp1 = 0x01
  case mbp10 = 0x0A
  case ohlcvDeprecated = 0x11
  case status = 0x12
  case definition = 0x13
  case imbalance = 0x14
  case error = 0x15
  case symbolMapping = 0x16
  case system = 0x17
  case statistics = 0x18
  case ohlcv1s = 0x20
  case ohlcv1m = 0x21
  case ohlcv1h = 0x22
  case ohlcv1d = 0x23
  case ohlcvEod = 0x24
  case mbo = 0xA0
  case cmbp1 = 0xB1
  case cbbo1s = 0xC0
  case cbbo1m = 0xC1
  case tcbbo = 0xC2
  case bbo1s = 0xC3
  case bbo1m = 0xC4
}
