/// The beginning of a DBN file: its metadata, or what the name of a file without metadata says.
struct DBNStart {
  var metadata: DBNMetadata?
  var version: UInt8
  /// Bytes before the first record.
  var length: Int

  /// Reads prelude and metadata; nil when more bytes are needed.
  static func read(
    _ bytes: UnsafeRawBufferPointer, name: String, offset: Int, isLast: Bool
  ) throws(ImportError) -> DBNStart? {
    func failure(_ place: Int, _ reason: String, _ advice: String = "") -> ImportError {
      ImportError(file: name, position: .offset(offset + place), reason: reason, advice: advice)
    }
    if bytes.count < 12, !isLast { return nil }
    if isLegacy(bytes) {
      throw failure(
        0, "this is the legacy DBZ format, not DBN",
        "Convert it with Databento's dbn command-line tool, or request the data again as DBN.")
    }
    guard bytes.starts(with: Array("DBN".utf8)) else {
      guard let version = fragmentVersion(name: name) else {
        throw failure(
          0, "the file does not start as DBN",
          "Records without metadata are read when the name says so: .v1.dbn.frag, .v2.dbn.frag or .v3.dbn.frag.")
      }
      return DBNStart(metadata: nil, version: version, length: 0)
    }
    guard bytes.count >= DBN.preludeLength else { throw failure(bytes.count, "the file ends inside its header") }
    let version = bytes[3]
    guard version >= 1, version <= DBN.newestVersion else {
      throw failure(3, "DBN version \(version) is unknown", "Versions 1 to \(DBN.newestVersion) are read.")
    }
    let length = Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self)))
    guard length >= DBN.metadataFixedLength, length <= DBN.maximumMetadataLength else {
      throw failure(4, "the metadata claims \(length) bytes")
    }
    guard bytes.count - DBN.preludeLength >= length else {
      if !isLast { return nil }
      throw failure(bytes.count, "the file ends inside its metadata")
    }
    do {
      let body = UnsafeRawBufferPointer(rebasing: bytes[DBN.preludeLength..<DBN.preludeLength + length])
      return DBNStart(
        metadata: try DBNMetadata(version: version, body: body), version: version,
        length: DBN.preludeLength + length)
    } catch {
      throw failure(DBN.preludeLength + error.offset, error.reason)
    }
  }

  /// DBZ hides its header in a skippable zstd frame, which may also have come through decompression.
  static func isLegacy(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.starts(with: Array("DBZ".utf8))
      || bytes.starts(with: [0x50, 0x2A, 0x4D, 0x18]) && bytes.dropFirst(8).starts(with: Array("DBZ".utf8))
  }

  /// The version that the name of a file without metadata states; version 2 wrote the first ones, without a number.
  static func fragmentVersion(name: String) -> UInt8? {
    let parts = (name.split(separator: "/").last ?? "").lowercased().split(separator: ".")
    guard parts.contains("frag") else { return nil }
    for version in 1...DBN.newestVersion where parts.contains("v\(version)") { return version }
    return 2
  }
}
