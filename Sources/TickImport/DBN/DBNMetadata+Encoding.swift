extension DBNMetadata {
  /// The metadata as stored, prelude included.
  public func encoded() -> [UInt8] {
    var body: [UInt8] = []
    body.appendText(dataset, length: DBN.datasetLength)
    body.appendLittleEndian(schema?.rawValue ?? UInt16.max)
    body.appendLittleEndian(start)
    body.appendLittleEndian(end ?? DBN.undefinedTimestamp)
    body.appendLittleEndian(limit ?? 0)
    if version == 1 { body.appendLittleEndian(UInt64.max) }
    body += [symbologyIn ?? UInt8.max, symbologyOut, hasSendTime ? 1 : 0]
    if version > 1 { body.appendLittleEndian(UInt16(symbolLength)) }
    body += [UInt8](repeating: 0, count: DBN.metadataFixedLength - body.count)
    body.appendLittleEndian(UInt32(0))
    for list in [symbols, partial, notFound] {
      body.appendLittleEndian(UInt32(list.count))
      for symbol in list { body.appendText(symbol, length: symbolLength) }
    }
    body.appendLittleEndian(UInt32(mappings.count))
    for mapping in mappings {
      body.appendText(mapping.symbol, length: symbolLength)
      body.appendLittleEndian(UInt32(mapping.intervals.count))
      for interval in mapping.intervals {
        body.appendLittleEndian(interval.startDate)
        body.appendLittleEndian(interval.endDate)
        body.appendText(interval.symbol, length: symbolLength)
      }
    }
    // Version 3 keeps the records that follow aligned to eight bytes.
    if version >= 3 { body += [UInt8](repeating: 0, count: (8 - body.count % 8) % 8) }
    var result = Array("DBN".utf8) + [version]
    result.appendLittleEndian(UInt32(body.count))
    return result + body
  }
}

extension [UInt8] {
  mutating func appendLittleEndian(_ value: some FixedWidthInteger) {
    Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
  }

  /// A zero-terminated text in exactly `length` bytes, cut when it is longer.
  mutating func appendText(_ text: String, length: Int) {
    let bytes = text.utf8.prefix(length - 1)
    append(contentsOf: bytes)
    append(contentsOf: repeatElement(0, count: length - bytes.count))
  }
}
