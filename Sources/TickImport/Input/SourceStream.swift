import Glibc

/// The decompressed bytes of one file or of standard input, in bounded pieces.
///
/// What the file is follows from its first bytes, never from its name: gzip, xz, zstd (several frames, skippable ones
/// included), zip (every entry in order) or plain. Memory stays bounded whatever a file claims: a zstd window above
/// 128 MiB is refused, and so is a file that has grown beyond its `Limits`.
public final class SourceStream {
  /// When a file that grows counts as a decompression bomb.
  public struct Limits: Hashable, Sendable {
    /// A file may grow by this factor.
    public var maximumRatio: Int
    /// Growth is not judged before this many decompressed bytes.
    public var freeBytes: Int

    public init(maximumRatio: Int = 10_000, freeBytes: Int = 1 << 30) {
      self.maximumRatio = maximumRatio
      self.freeBytes = freeBytes
    }
  }

  /// The path that means standard input.
  public static let standardInput = "-"

  /// How the bytes are packed.
  public enum Container: String, Hashable, Sendable {
    case plain, gzip, xz, zstd, zip
  }

  /// The file as the user names it.
  public let path: String
  public let container: Container
  /// The current entry of an archive, empty otherwise.
  public private(set) var entry = ""
  /// Decompressed bytes of the current entry so far.
  public private(set) var offset = 0
  /// The size of the file, when it is one.
  public let fileSize: Int?

  let input: FileInput
  private var archive: ArchiveReader?
  private var startedPlain = false
  private var decompressedBytes = 0
  private let limits: Limits

  /// Opens a file, or standard input for `-`.
  public init(path: String, limits: Limits = Limits()) throws(ImportError) {
    self.path = path
    self.limits = limits
    input = try FileInput(path: path)
    fileSize = input.size
    var head = try input.peek(Self.headCount)
    guard !head.isEmpty else {
      throw ImportError(file: input.name, position: .offset(0), reason: "the file is empty")
    }
    // libarchive does not recognise zstd behind a skippable frame at the very start.
    while let length = Self.skippableLength(head) {
      try input.skip(length)
      head = try input.peek(Self.headCount)
    }
    container = Self.container(of: head)
    if container != .plain { archive = try ArchiveReader(input: input, container: container) }
  }

  /// File and entry, for messages and for formats that keep a date in the name.
  public var name: String { entry.isEmpty ? input.name : "\(input.name)/\(entry)" }

  /// Compressed bytes read so far, for progress.
  public var bytesRead: Int { input.bytesRead }

  /// Whether the bytes can be read a second time.
  public var canReopen: Bool { fileSize != nil }

  private static let headCount = 12

  /// The length of a skippable zstd frame at the front; nil for anything else. The legacy DBZ format keeps its header in
  /// such a frame, and is left for its refusal.
  private static func skippableLength(_ head: [UInt8]) -> Int? {
    guard head.count >= 8, head[0] & 0xF0 == 0x50, head[1...3] == [0x2A, 0x4D, 0x18],
      !head[8...].starts(with: Array("DBZ".utf8))
    else { return nil }
    return 8 + head[4..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
  }

  static func container(of head: [UInt8]) -> Container {
    func starts(_ bytes: [UInt8]) -> Bool { head.starts(with: bytes) }
    if starts([0x1F, 0x8B]) { return .gzip }
    if starts([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]) { return .xz }
    if starts([0x28, 0xB5, 0x2F, 0xFD]) { return .zstd }
    if starts([0x50, 0x4B, 0x03, 0x04]) || starts([0x50, 0x4B, 0x05, 0x06]) { return .zip }
    return .plain
  }

  /// Goes to the next entry; a file that is no archive has one.
  public func nextEntry() throws(ImportError) -> Bool {
    offset = 0
    guard let archive else {
      defer { startedPlain = true }
      return !startedPlain
    }
    guard let next = try archive.nextEntry() else { return false }
    entry = container == .zip ? next : ""
    return true
  }

  /// Fills `buffer` as far as the entry reaches; 0 means its end.
  public func read(into buffer: UnsafeMutableRawBufferPointer) throws(ImportError) -> Int {
    var filled = 0
    while filled < buffer.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
      let count: Int
      if let archive {
        count = try archive.read(into: rest, name: name, offset: offset + filled)
      } else {
        count = try input.read(into: rest)
      }
      if count == 0 { break }
      filled += count
    }
    offset += filled
    decompressedBytes += filled
    if archive != nil, decompressedBytes > limits.freeBytes,
      decompressedBytes / limits.maximumRatio > max(1, input.bytesRead)
    {
      throw ImportError(
        file: name, position: .offset(offset),
        reason: "\(input.bytesRead) bytes have grown to \(decompressedBytes), more than \(limits.maximumRatio) to one",
        advice: "If the file is genuine, decompress it first.")
    }
    return filled
  }
}
