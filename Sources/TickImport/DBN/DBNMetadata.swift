/// The header of a DBN file.
public struct DBNMetadata: Hashable, Sendable {
  /// How symbols are written.
  public static let instrumentIdentifierSymbology: UInt8 = 0
  public static let rawSymbolSymbology: UInt8 = 1

  /// The days on which a symbol meant an instrument, `yyyymmdd`, the end excluded.
  public struct Interval: Hashable, Sendable {
    public var startDate: UInt32
    public var endDate: UInt32
    public var symbol: String

    public init(startDate: UInt32, endDate: UInt32, symbol: String) {
      self.startDate = startDate
      self.endDate = endDate
      self.symbol = symbol
    }
  }

  /// What a symbol meant over the days.
  public struct Mapping: Hashable, Sendable {
    public var symbol: String
    public var intervals: [Interval]

    public init(symbol: String, intervals: [Interval]) {
      self.symbol = symbol
      self.intervals = intervals
    }
  }

  public var version: UInt8
  public var dataset: String
  /// nil for a live stream, where kinds are mixed.
  public var schema: DBNSchema?
  public var start: UInt64
  public var end: UInt64?
  public var limit: UInt64?
  public var symbologyIn: UInt8?
  public var symbologyOut: UInt8
  /// Every record ends with the time the gateway sent it.
  public var hasSendTime: Bool
  public var symbolLength: Int
  public var symbols: [String] = []
  public var partial: [String] = []
  public var notFound: [String] = []
  public var mappings: [Mapping] = []

  public init(version: UInt8, dataset: String, schema: DBNSchema?, start: UInt64, end: UInt64? = nil) {
    self.version = version
    self.dataset = dataset
    self.schema = schema
    self.start = start
    self.end = end
    symbologyIn = Self.rawSymbolSymbology
    symbologyOut = Self.instrumentIdentifierSymbology
    hasSendTime = false
    symbolLength = DBN.symbolLength(version: version)
  }
}

/// Why metadata cannot be read, with the place relative to its first byte.
struct DBNMetadataError: Error {
  var offset: Int
  var reason: String
}

extension DBNMetadata {
  /// Reads what follows the eight-byte prelude; `body` is exactly as long as the prelude says.
  init(version: UInt8, body: UnsafeRawBufferPointer) throws(DBNMetadataError) {
    guard let base = body.baseAddress, body.count >= DBN.metadataFixedLength else {
      throw DBNMetadataError(offset: 0, reason: "the metadata claims only \(body.count) bytes")
    }
    let fields = DBNBytes(base, count: body.count)
    let schemaNumber: UInt16 = fields.load(16)
    if schemaNumber != UInt16.max, DBNSchema(rawValue: schemaNumber) == nil {
      throw DBNMetadataError(offset: 16, reason: "schema \(schemaNumber) is unknown")
    }
    self.init(
      version: version, dataset: fields.text(0, length: DBN.datasetLength), schema: DBNSchema(rawValue: schemaNumber),
      start: fields.load(18))
    let end: UInt64 = fields.load(26)
    let limit: UInt64 = fields.load(34)
    self.end = end == DBN.undefinedTimestamp || end == 0 ? nil : end
    self.limit = limit == 0 ? nil : limit
    // Version 1 has a record count here that nobody fills.
    let next = version == 1 ? 50 : 42
    symbologyIn = fields[next] == UInt8.max ? nil : fields[next]
    symbologyOut = fields[next + 1]
    hasSendTime = fields[next + 2] != 0
    if version > 1 {
      symbolLength = Int(fields.load(next + 3, as: UInt16.self))
      guard symbolLength > 0 else { throw DBNMetadataError(offset: next + 3, reason: "symbols have no length") }
      guard symbolLength <= DBN.maximumSymbolLength else {
        throw DBNMetadataError(
          offset: next + 3,
          reason: "symbols of \(symbolLength) bytes are claimed, longer than \(DBN.maximumSymbolLength)")
      }
    }
    var lists = DBNMetadataLists(fields: fields, offset: DBN.metadataFixedLength, symbolLength: symbolLength)
    let definitionLength = try lists.count(of: 1, named: "schema definition")
    guard definitionLength == 0 else {
      throw DBNMetadataError(offset: lists.offset - 4, reason: "a schema definition is not supported")
    }
    symbols = try lists.symbols("symbols")
    partial = try lists.symbols("partly resolved symbols")
    notFound = try lists.symbols("symbols not found")
    mappings = try lists.mappings()
  }
}

/// Walks the lists behind the fixed part; every count is checked against the bytes that are left before use.
private struct DBNMetadataLists {
  let fields: DBNBytes
  var offset: Int
  let symbolLength: Int

  mutating func count(of size: Int, named name: String) throws(DBNMetadataError) -> Int {
    guard fields.count - offset >= 4 else {
      throw DBNMetadataError(offset: offset, reason: "the metadata ends before the number of \(name)")
    }
    let count = Int(fields.load(offset, as: UInt32.self))
    guard count <= (fields.count - offset - 4) / size else {
      throw DBNMetadataError(offset: offset, reason: "the metadata claims \(count) \(name), more than fit")
    }
    offset += 4
    return count
  }

  mutating func symbol() -> String {
    defer { offset += symbolLength }
    return fields.text(offset, length: symbolLength)
  }

  mutating func symbols(_ name: String) throws(DBNMetadataError) -> [String] {
    let count = try count(of: symbolLength, named: name)
    return (0..<count).map { _ in symbol() }
  }

  mutating func mappings() throws(DBNMetadataError) -> [DBNMetadata.Mapping] {
    let count = try count(of: symbolLength + 4, named: "symbol mappings")
    var result: [DBNMetadata.Mapping] = []
    for _ in 0..<count {
      guard fields.count - offset >= symbolLength else {
        throw DBNMetadataError(offset: offset, reason: "the metadata ends inside a symbol mapping")
      }
      var mapping = DBNMetadata.Mapping(symbol: symbol(), intervals: [])
      for _ in 0..<(try self.count(of: symbolLength + 8, named: "mapping intervals")) {
        let start: UInt32 = fields.load(offset)
        let end: UInt32 = fields.load(offset + 4)
        offset += 8
        mapping.intervals.append(.init(startDate: start, endDate: end, symbol: symbol()))
      }
      result.append(mapping)
    }
    return result
  }
}
