import Foundation
import MarketTypes
import TestSupport
import Testing

@testable import TickImport

/// Containers: what they are follows from their bytes, and damaged ones end in a typed error.
struct SourceStreamTests {
  private func read(_ path: String, piece: Int = 1000) throws(ImportError) -> [String: [UInt8]] {
    let stream = try SourceStream(path: path)
    var entries: [String: [UInt8]] = [:]
    while try stream.nextEntry() {
      var bytes: [UInt8] = []
      var buffer = [UInt8](repeating: 0, count: piece)
      while true {
        let got = try buffer.withUnsafeMutableBufferPointer { (raw) throws(ImportError) in
          try stream.read(into: UnsafeMutableRawBufferPointer(raw))
        }
        if got == 0 { break }
        bytes += buffer.prefix(got)
      }
      entries[stream.entry] = bytes
    }
    return entries
  }

  private static let content: [UInt8] = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) }

  @Test(arguments: [("gzip", "gz"), ("xz", "xz"), ("zstd", "zst")])
  func `compressed files read back, also in two parts, whatever they are called`(tool: String, ending: String) throws {
    let folder = try TemporaryFolder()
    _ = try folder.write(Self.content, "data")
    guard try folder.run(tool, ["-k", "data"]) else { return }
    let packed = try [UInt8](Data(contentsOf: folder.url.appendingPathComponent("data.\(ending)")))
    #expect(packed.count < Self.content.count)
    for name in ["data.\(ending)", "data.csv", "data.zip"] {
      #expect(try read(try folder.write(packed, name))[""] == Self.content, "\(name)")
      #expect(try read(try folder.write(packed + packed, name))[""] == Self.content + Self.content, "\(name) twice")
    }
  }

  @Test func `skippable frames between zstd frames are skipped`() throws {
    let folder = try TemporaryFolder()
    _ = try folder.write(Self.content, "data")
    guard try folder.run("zstd", ["-k", "data"]) else { return }
    let packed = try [UInt8](Data(contentsOf: folder.url.appendingPathComponent("data.zst")))
    let skippable: [UInt8] = [0x51, 0x2A, 0x4D, 0x18, 5, 0, 0, 0, 1, 2, 3, 4, 5]
    #expect(try read(try folder.write(packed + skippable + packed, "a.zst"))[""] == Self.content + Self.content)
    #expect(try read(try folder.write(packed + skippable, "b.zst"))[""] == Self.content)
    #expect(try read(try folder.write(skippable + packed, "c.zst"))[""] == Self.content)
  }

  @Test func `a zip gives its files in order, by name`() throws {
    let folder = try TemporaryFolder()
    _ = try folder.write(Self.content, "one.csv")
    _ = try folder.write([1, 2, 3], "two.csv")
    guard try folder.run("zip", ["-q", "all.zip", "one.csv", "two.csv"]) else { return }
    let path = folder.url.appendingPathComponent("all.zip").path
    #expect(try read(path) == ["one.csv": Self.content, "two.csv": [1, 2, 3]])
    let stream = try SourceStream(path: path)
    #expect(try stream.nextEntry() && stream.name == path + "/one.csv")
    #expect(stream.container == .zip && stream.canReopen)
  }

  @Test func `a plain file is read as it is`() throws {
    let folder = try TemporaryFolder()
    for name in ["plain.csv", "plain.gz", "plain.zst"] {
      #expect(try read(try folder.write(Self.content, name))[""] == Self.content)
    }
  }

  @Test func `what is not there, empty or a folder is refused`() throws {
    let folder = try TemporaryFolder()
    for path in [folder.url.path, folder.url.path + "/none", try folder.write([], "empty.dbn"), "", "a\0b"] {
      let error = #expect(throws: ImportError.self) { try read(path) }
      #expect(error?.file == path && error?.reason.isEmpty == false)
    }
  }

  @Test(arguments: [("gzip", "gz"), ("xz", "xz"), ("zstd", "zst"), ("zip", "zip")])
  func `cut and damaged containers end in an error or in bytes, never worse`(tool: String, ending: String) throws {
    let folder = try TemporaryFolder()
    let content = Array(Self.content.prefix(3_000))
    _ = try folder.write(content, "data")
    let arguments =
      tool == "zip" ? ["-q", "data.zip", "data"] : tool == "zstd" ? ["-k", "--check", "data"] : ["-k", "data"]
    guard try folder.run(tool, arguments) else { return }
    let packed = try [UInt8](Data(contentsOf: folder.url.appendingPathComponent("data.\(ending)")))
    var accepted = 0
    for length in stride(from: 1, to: packed.count, by: 7) {
      let path = try folder.write(Array(packed[..<length]), "cut")
      do throws(ImportError) {
        accepted += try read(path).values.first == content ? 1 : 0
      } catch { #expect(error.file.contains("cut") && !error.reason.isEmpty) }
    }
    // The end of a zip is its directory; the file itself may be whole before it.
    if tool != "zip" { #expect(accepted <= 1) }
    for seed in 0..<150 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      var bytes = packed
      bytes[Int.random(in: 0..<bytes.count, using: &generator)] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      let path = try folder.write(bytes, "flipped")
      do throws(ImportError) { _ = try read(path) } catch { #expect(!error.reason.isEmpty) }
    }
  }

  @Test(.enabled(if: ProcessInfo.processInfo.environment["LOCKSTEP_LONG_TESTS"] != nil))
  func `an archive that grows beyond measure is refused`() throws {
    let folder = try TemporaryFolder()
    guard try folder.run("sh", ["-c", "head -c 2000000000 /dev/zero | zstd -19 -o bomb.dbn.zst"]) else { return }
    let error = #expect(throws: ImportError.self) {
      let stream = try SourceStream(path: folder.url.appendingPathComponent("bomb.dbn.zst").path)
      _ = try stream.nextEntry()
      var buffer = [UInt8](repeating: 0, count: 1 << 20)
      while try buffer.withUnsafeMutableBufferPointer({ (raw) throws(ImportError) in
        try stream.read(into: UnsafeMutableRawBufferPointer(raw))
      }) > 0 {}
    }
    #expect(error?.reason.contains("grown") == true)
  }

  /// The cheap twin of the test above: with small limits, reading stops one piece beyond them.
  @Test(arguments: ["zstd", "gzip", "xz"])
  func `an archive that grows beyond its limits is refused at once`(tool: String) throws {
    let folder = try TemporaryFolder()
    guard try folder.run("sh", ["-c", "head -c 8000000 /dev/zero | \(tool) -q -c > bomb"]) else { return }
    let path = folder.url.appendingPathComponent("bomb").path
    let limits = SourceStream.Limits(maximumRatio: 20, freeBytes: 1 << 20)
    var read = 0
    let error = #expect(throws: ImportError.self) {
      let stream = try SourceStream(path: path, limits: limits)
      _ = try stream.nextEntry()
      var buffer = [UInt8](repeating: 0, count: 1 << 16)
      while true {
        let got = try buffer.withUnsafeMutableBufferPointer { (raw) throws(ImportError) in
          try stream.read(into: UnsafeMutableRawBufferPointer(raw))
        }
        if got == 0 { break }
        read += got
      }
    }
    #expect(error?.reason.contains("grown") == true && error?.position != ImportError.Position.none)
    #expect(read <= limits.freeBytes + 1 << 16, "nothing is handed out beyond the limit")
    // A file that grows as data does is not meant.
    #expect(try SourceStream(path: path, limits: .init(maximumRatio: 100_000, freeBytes: 1 << 20)).nextEntry())
  }

  @Test func `a zstd window beyond measure is refused before it is allocated`() throws {
    let folder = try TemporaryFolder()
    // Magic, no single segment, a window of 2^41 bytes, and one raw block of a byte.
    let claims: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0x00, 31 << 3, 0x09, 0x00, 0x00, 0x41]
    let error = #expect(throws: ImportError.self) { try read(try folder.write(claims, "window.zst")) }
    #expect(error?.reason.contains("cannot decompress") == true)
  }

  @Test func `a small bomb is refused by what it holds`() throws {
    let folder = try TemporaryFolder()
    guard try folder.run("sh", ["-c", "head -c 50000000 /dev/zero | zstd -q -o bomb.dbn.zst"]) else { return }
    let path = folder.url.appendingPathComponent("bomb.dbn.zst").path
    #expect(throws: ImportError.self) { try importToArray([path]) }
  }
}
