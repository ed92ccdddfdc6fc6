/// The bytes a decoder works on: what it left over from the last piece, and the next piece behind it.
struct ChunkBuffer {
  private var storage: [UInt8]
  private(set) var count = 0

  init(capacity: Int) { storage = Array(repeating: 0, count: capacity) }

  var capacity: Int { storage.count }
  var isFull: Bool { count == capacity }

  /// Reads until the buffer is full; true at the end of the entry.
  mutating func fill(from stream: SourceStream) throws(ImportError) -> Bool {
    let start = count
    let room = capacity - count
    let got = try storage.withUnsafeMutableBufferPointer { (bytes) throws(ImportError) in
      try stream.read(into: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(bytes)[start...]))
    }
    count += got
    return got < room
  }

  /// Drops the bytes in front that the decoder has taken.
  mutating func take(_ taken: Int) {
    guard taken > 0 else { return }
    let rest = count - taken
    storage.withUnsafeMutableBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      base.copyMemory(from: base + taken, byteCount: rest)
    }
    count = rest
  }

  mutating func grow() { storage += [UInt8](repeating: 0, count: storage.count) }

  func head(_ length: Int) -> [UInt8] { Array(storage[..<min(length, count)]) }

  /// Calls `body` with the bytes at hand.
  func withBytes<Result>(
    _ body: (UnsafeRawBufferPointer) throws(ImportError) -> Result
  ) throws(ImportError) -> Result {
    try storage.withUnsafeBufferPointer { (bytes) throws(ImportError) in
      try body(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[..<count]))
    }
  }
}
