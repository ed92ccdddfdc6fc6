/// The fields of one kind of DBN record, as one version of the format lays them out.
public struct DBNLayout: Sendable {
  /// How a field is stored.
  public enum FieldType: Hashable, Sendable {
    case u8, u16, u32, u64, i8, i16, i32, i64
    /// One ASCII letter.
    case char
    /// A zero-terminated string in a fixed number of bytes.
    case text(Int)
    case reserved(Int)

    var size: Int {
      switch self {
      case .u8, .i8, .char: 1
      case .u16, .i16: 2
      case .u32, .i32: 4
      case .u64, .i64: 8
      case .text(let length), .reserved(let length): length
      }
    }
  }

  /// A field of a record: its name, place and kind.
  public struct Field: Hashable, Sendable {
    public let name: String
    public let type: FieldType
    public let offset: Int
  }

  /// Reserved bytes are not listed.
  public let fields: [Field]
  public let size: Int
  private let positions: [String: Int]

  /// Reads a table such as `ts_recv u64, raw_symbol 71, - 4`: name and type, a number for text, `-` for reserved bytes.
  /// The common header comes first. Every layout of the format is packed without implicit padding.
  init(_ table: String) {
    var fields: [Field] = []
    var offset = 0
    func add(_ entry: Substring) {
      let words = entry.split(whereSeparator: \.isWhitespace)
      let name = String(words[0])
      let type = name == "-" ? FieldType.reserved(Int(words[1])!) : Self.type(words[1])
      if name != "-" { fields.append(Field(name: name, type: type, offset: offset)) }
      offset += type.size
    }
    for entry in Self.header.split(separator: ",") { add(entry) }
    for entry in table.split(separator: ",") { add(entry) }
    self.fields = fields
    size = offset
    positions = Dictionary(uniqueKeysWithValues: fields.enumerated().map { ($1.name, $0) })
  }

  /// The field of that name, if the layout has it.
  public func field(_ name: String) -> Field? { positions[name].map { fields[$0] } }

  private static let header = "- 1, rtype u8, publisher_id u16, instrument_id u32, ts_event u64"

  private static func type(_ word: Substring) -> FieldType {
    switch word {
    case "u8": .u8
    case "u16": .u16
    case "u32": .u32
    case "u64": .u64
    case "i8": .i8
    case "i16": .i16
    case "i32": .i32
    case "i64": .i64
    case "char": .char
    default: .text(Int(word)!)
    }
  }
}

extension DBNLayout {
  /// The layout that records of this kind have in a version of the format.
  public static func layout(of kind: DBNRecordKind, version: UInt8) -> DBNLayout {
    switch kind {
    case .trade: trade
    case .mbp1: mbp1
    case .mbp10: mbp10
    case .ohlcvDeprecated, .ohlcv1s, .ohlcv1m, .ohlcv1h, .ohlcv1d, .ohlcvEod: ohlcv
    case .status: status
    case .imbalance: imbalance
    case .mbo: mbo
    case .cmbp1, .tcbbo: cmbp1
    case .cbbo1s, .cbbo1m: cbbo
    case .bbo1s, .bbo1m: bbo
    case .definition: version == 1 ? definition1 : version == 2 ? definition2 : definition3
    case .statistics: version < 3 ? statistics1 : statistics3
    case .error: version == 1 ? error1 : error2
    case .symbolMapping: version == 1 ? symbolMapping1 : symbolMapping2
    case .system: version == 1 ? system1 : system2
    }
  }

  static let mbo = DBNLayout(
    """
    order_id u64, price i64, size u32, flags u8, channel_id u8, action char, side char, ts_recv u64, ts_in_delta i32,
    sequence u32
    """)

  private static let tradeFields = """
    price i64, size u32, action char, side char, flags u8, depth u8, ts_recv u64, ts_in_delta i32, sequence u32
    """

  static let trade = DBNLayout(tradeFields)
  static let mbp1 = DBNLayout(tradeFields + "," + levels(1))
  static let mbp10 = DBNLayout(tradeFields + "," + levels(10))
  static let bbo = DBNLayout(
    "price i64, size u32, - 1, side char, flags u8, - 1, ts_recv u64, - 4, sequence u32," + levels(1))
  static let cmbp1 = DBNLayout(
    "price i64, size u32, action char, side char, flags u8, - 1, ts_recv u64, ts_in_delta i32, - 4,"
      + consolidatedLevel)
  static let cbbo = DBNLayout(
    "price i64, size u32, - 1, side char, flags u8, - 1, ts_recv u64, - 8," + consolidatedLevel)

  private static func levels(_ count: Int) -> String {
    (0..<count).map { "_0\($0)" }.map {
      "bid_px\($0) i64, ask_px\($0) i64, bid_sz\($0) u32, ask_sz\($0) u32, bid_ct\($0) u32, ask_ct\($0) u32"
    }.joined(separator: ",")
  }

  private static let consolidatedLevel = """
    bid_px_00 i64, ask_px_00 i64, bid_sz_00 u32, ask_sz_00 u32, bid_pb_00 u16, - 2, ask_pb_00 u16, - 2
    """

  static let ohlcv = DBNLayout("open i64, high i64, low i64, close i64, volume u64")

  static let status = DBNLayout(
    """
    ts_recv u64, action u16, reason u16, trading_event u16, is_trading char, is_quoting char,
    is_short_sell_restricted char, - 7
    """)

  static let imbalance = DBNLayout(
    """
    ts_recv u64, ref_price i64, auction_time u64, cont_book_clr_price i64, auct_interest_clr_price i64,
    ssr_filling_price i64, ind_match_price i64, upper_collar i64, lower_collar i64, paired_qty u32,
    total_imbalance_qty u32, market_imbalance_qty u32, unpaired_qty u32, auction_type char, side char,
    auction_status u8, freeze_status u8, num_extensions u8, unpaired_side char, significant_imbalance char, - 1
    """)

  static let statistics1 = DBNLayout(
    """
    ts_recv u64, ts_ref u64, price i64, quantity i32, sequence u32, ts_in_delta i32, stat_type u16, channel_id u16,
    update_action u8, stat_flags u8, - 6
    """)
  static let statistics3 = DBNLayout(
    """
    ts_recv u64, ts_ref u64, price i64, quantity i64, sequence u32, ts_in_delta i32, stat_type u16, channel_id u16,
    update_action u8, stat_flags u8, - 18
    """)

  static let error1 = DBNLayout("err 64")
  static let error2 = DBNLayout("err 302, code u8, is_last u8")
  static let system1 = DBNLayout("msg 64")
  static let system2 = DBNLayout("msg 303, code u8")
  static let symbolMapping1 = DBNLayout(
    "stype_in_symbol 22, stype_out_symbol 22, - 4, start_ts u64, end_ts u64")
  static let symbolMapping2 = DBNLayout(
    "stype_in u8, stype_in_symbol 71, stype_out u8, stype_out_symbol 71, start_ts u64, end_ts u64")
}
