/// One field's value.
public enum DBNValue: Hashable, Sendable {
  case integer(Int64)
  case unsigned(UInt64)
  case text(String)
}

/// One DBN record of any schema, with named fields.
///
/// This is the calm way to read a file; import reads the fields it needs at fixed offsets instead.
public struct DBNRecord: Sendable {
  public let kind: DBNRecordKind
  public let layout: DBNLayout
  /// The record as stored, header included, with the send time when the file has one.
  public private(set) var bytes: [UInt8]

  /// Checks the length; nil when the bytes are shorter than the layout.
  init?(kind: DBNRecordKind, version: UInt8, bytes: [UInt8]) {
    let layout = DBNLayout.layout(of: kind, version: version)
    guard bytes.count >= layout.size else { return nil }
    self.kind = kind
    self.layout = layout
    self.bytes = bytes
  }

  /// The value of a field by its name; nil when the record has none such.
  public subscript(_ name: String) -> DBNValue? { layout.field(name).map(value) }

  /// The value of a field of this record's layout.
  public func value(_ field: DBNLayout.Field) -> DBNValue {
    bytes.withUnsafeBytes { raw in
      let record = DBNBytes(raw.baseAddress!, count: raw.count)
      let offset = field.offset
      return switch field.type {
      case .u8: .unsigned(UInt64(record[offset]))
      case .u16: .unsigned(UInt64(record.load(offset, as: UInt16.self)))
      case .u32: .unsigned(UInt64(record.load(offset, as: UInt32.self)))
      case .u64: .unsigned(record.load(offset))
      case .i8: .integer(Int64(Int8(bitPattern: record[offset])))
      case .i16: .integer(Int64(record.load(offset, as: Int16.self)))
      case .i32: .integer(Int64(record.load(offset, as: Int32.self)))
      case .i64: .integer(record.load(offset))
      case .char: .text(String(UnicodeScalar(record[offset])))
      case .text(let length): .text(record.text(offset, length: length))
      case .reserved: .unsigned(0)
      }
    }
  }

  /// Whole numbers of any width and sign; nil for text.
  public func integer(_ name: String) -> Int128? {
    switch self[name] {
    case .integer(let value): Int128(value)
    case .unsigned(let value): Int128(value)
    default: nil
    }
  }

  /// Text fields and letters; nil for numbers.
  public func text(_ name: String) -> String? {
    if case .text(let value) = self[name] { value } else { nil }
  }
}

extension DBNRecord {
  /// The same record in the newest version of the format. Fields that are new there are undefined.
  public func upgraded() -> DBNRecord {
    let target = DBNLayout.layout(of: kind, version: DBN.newestVersion)
    guard target.size != layout.size || kind == .definition else { return self }
    var result = [UInt8](repeating: 0, count: target.size)
    result[0] = UInt8(target.size / DBN.lengthUnit)
    for field in target.fields {
      let stored = layout.field(field.name).map { (old: $0, value: value($0)) }
      switch stored?.value ?? Self.undefined(field) {
      case .integer(let value):
        let isUndefinedQuantity = kind == .statistics && field.name == "quantity" && value == Int64(Int32.max)
        Self.store(UInt64(bitPattern: isUndefinedQuantity ? .max : value), field, &result)
      case .unsigned(let value): Self.store(value, field, &result)
      case .text(let text):
        if field.type == .char {
          result[field.offset] = stored.map { bytes[$0.old.offset] } ?? text.utf8.first ?? 0
        } else if let old = stored?.old {
          // A text is cut at its first zero, so that bytes behind it do not leak into a longer field.
          let source = bytes[old.offset..<old.offset + min(old.type.size, field.type.size)].prefix { $0 != 0 }
          result.replaceSubrange(field.offset..<field.offset + source.count, with: source)
        }
      }
    }
    if bytes.count == layout.size + 8 { result += bytes.suffix(8) }
    if result.count > target.size { result[0] = UInt8(result.count / DBN.lengthUnit) }
    return DBNRecord(kind: kind, version: DBN.newestVersion, bytes: result) ?? self
  }

  private static func undefined(_ field: DBNLayout.Field) -> DBNValue {
    switch field.name {
    case "leg_price", "leg_delta": .integer(.max)
    case "leg_side": .text("N")
    case "code", "is_last", "stype_in", "stype_out": .unsigned(UInt64(UInt8.max))
    default: field.type == .char || isText(field.type) ? .text("") : .integer(0)
    }
  }

  private static func isText(_ type: DBNLayout.FieldType) -> Bool {
    if case .text = type { true } else { false }
  }

  private static func store(_ value: UInt64, _ field: DBNLayout.Field, _ bytes: inout [UInt8]) {
    for index in 0..<field.type.size { bytes[field.offset + index] = UInt8(truncatingIfNeeded: value >> (8 * index)) }
  }
}
