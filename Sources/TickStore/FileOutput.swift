/// Buffers what goes into a file that appears under its name only when it is complete.
struct FileOutput: ~Copyable {
  private let file: UnfinishedFile
  private var buffer: [UInt8] = []
  private static let bufferSize = 1 << 20
  /// Bytes accepted so far.
  private(set) var offset = 0

  init(path: String) throws(TickStoreError) {
    file = try UnfinishedFile(path: path)
    buffer.reserveCapacity(Self.bufferSize)
  }

  mutating func write(_ bytes: [UInt8]) throws(TickStoreError) {
    buffer.append(contentsOf: bytes)
    offset += bytes.count
    if buffer.count >= Self.bufferSize { try flush() }
  }

  private mutating func flush() throws(TickStoreError) {
    let file = file
    try unsafe buffer.withUnsafeBufferPointer { (bytes) throws(TickStoreError) in
      try unsafe file.write(UnsafeRawBufferPointer(bytes))
    }
    buffer.removeAll(keepingCapacity: true)
  }

  /// Makes the file appear, with `header` in place of its first bytes.
  mutating func finish(header: [UInt8] = []) throws(TickStoreError) {
    try flush()
    let file = file
    try unsafe header.withUnsafeBufferPointer { (bytes) throws(TickStoreError) in
      try unsafe file.replaceStart(with: UnsafeRawBufferPointer(bytes))
    }
    try file.finish()
  }
}
