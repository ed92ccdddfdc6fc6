/// Reads the records of a DBN file of any schema one by one, with all their fields.
public final class DBNReader {
  public let metadata: DBNMetadata?
  /// The version of the records as stored.
  public let version: UInt8
  /// Records come in the newest version's layout.
  public var upgrades: Bool
  private let stream: SourceStream
  private var buffer: [UInt8] = []
  private var position = 0
  /// Place of `buffer`'s first byte in the decompressed file.
  private var offset = 0
  private var isAtEnd = false

  public init(path: String, upgrades: Bool = false) throws(ImportError) {
    stream = try SourceStream(path: path)
    self.upgrades = upgrades
    var pending: [UInt8] = []
    guard try stream.nextEntry() else {
      throw ImportError(file: stream.name, position: .offset(0), reason: "the archive is empty")
    }
    var wanted = 12
    while pending.count < wanted, try Self.fill(stream, &pending, upTo: wanted) {
      if pending.count >= DBN.preludeLength, pending.starts(with: Array("DBN".utf8)) {
        let length = pending.withUnsafeBytes {
          Int(UInt32(littleEndian: $0.loadUnaligned(fromByteOffset: 4, as: UInt32.self)))
        }
        wanted = DBN.preludeLength + min(length, DBN.maximumMetadataLength + 1)
      }
    }
    let name = stream.name
    let found = try pending.withUnsafeBufferPointer { (bytes) throws(ImportError) in
      try DBNStart.read(UnsafeRawBufferPointer(bytes), name: name, offset: 0, isLast: true)
    }
    guard let start = found else { throw ImportError(file: name, position: .offset(0), reason: "the file is empty") }
    metadata = start.metadata
    version = start.version
    buffer = pending
    position = start.length
  }

  /// The next record; nil at the end of the file.
  public func next() throws(ImportError) -> DBNRecord? {
    guard try ensure(DBN.headerLength) else {
      guard position == buffer.count else { throw cut() }
      return nil
    }
    let length = Int(buffer[position]) * DBN.lengthUnit
    guard length >= DBN.headerLength else { throw failure("a record claims \(length) bytes") }
    guard try ensure(length) else { throw cut() }
    guard let kind = DBNRecordKind(rawValue: buffer[position + 1]) else {
      throw failure("record kind \(buffer[position + 1]) is unknown")
    }
    guard
      let record = DBNRecord(kind: kind, version: version, bytes: Array(buffer[position..<position + length]))
    else { throw failure("a \(kind) record has only \(length) bytes") }
    position += length
    return upgrades ? record.upgraded() : record
  }

  private func ensure(_ count: Int) throws(ImportError) -> Bool {
    if buffer.count - position >= count { return true }
    offset += position
    buffer.removeFirst(position)
    position = 0
    while buffer.count < count, !isAtEnd {
      isAtEnd = try !Self.fill(stream, &buffer, upTo: max(count, 1 << 16))
    }
    return buffer.count >= count
  }

  /// Appends to `bytes` until it has `count`; false when the file ends first.
  private static func fill(
    _ stream: SourceStream, _ bytes: inout [UInt8], upTo count: Int
  ) throws(ImportError) -> Bool {
    var piece = [UInt8](repeating: 0, count: min(count - bytes.count, 1 << 16))
    let asked = piece.count
    let got = try piece.withUnsafeMutableBufferPointer { (bytes) throws(ImportError) in
      try stream.read(into: UnsafeMutableRawBufferPointer(bytes))
    }
    bytes += piece.prefix(got)
    return got == asked
  }

  private func cut() -> ImportError { failure("the file ends inside a record") }

  private func failure(_ reason: String) -> ImportError {
    ImportError(file: stream.name, position: .offset(offset + position), reason: reason)
  }
}
