import Foundation
import MarketTypes
import TestSupport
import Testing

@testable import TickImport

/// Keeps everything a decoder reads.
struct CollectingSink: RecordSink {
  var instruments: [SourceInstrument] = []
  var records: [SourceRecord] = []

  mutating func declare(_ instrument: SourceInstrument) throws(ImportError) -> UInt16 {
    instruments.append(instrument)
    return UInt16(instruments.count - 1)
  }

  mutating func append(_ record: SourceRecord) throws(ImportError) { records.append(record) }

  /// Without the synthetic `clear` that begins an instrument's day.
  var news: [SourceRecord] { records.filter { $0.event.kind != .clear || !$0.event.flags.contains(.synthetic) } }

  func count(_ kind: EventKind) -> Int { records.count { $0.event.kind == kind } }
}

/// Feeds `bytes` to a fresh decoder in chunks, handing back what it left over as an import does.
func decode<Decoder: SourceDecoder>(
  _ type: Decoder.Type, _ bytes: [UInt8], name: String, options: [String: String] = [:], chunk: Int = .max
) throws(ImportError) -> CollectingSink {
  var decoder = try Decoder(context: SourceContext(name: name, options: options))
  var sink = CollectingSink()
  var held: [UInt8] = []
  var offset = 0
  var position = 0
  repeat {
    let end = bytes.count - position > chunk ? position + chunk : bytes.count
    held += bytes[position..<end]
    position = end
    let isLast = position == bytes.count
    let outcome = held.withUnsafeBytes { buffer -> Result<Int, ImportError> in
      do throws(ImportError) {
        return .success(try decoder.decode(buffer, offset: offset, isLast: isLast, into: &sink))
      } catch { return .failure(error) }
    }
    let taken = try outcome.get()
    #expect(taken >= 0 && taken <= held.count)
    if isLast { #expect(taken == held.count, "the last chunk must be consumed or refused") }
    held.removeFirst(taken)
    offset += taken
  } while position < bytes.count
  return sink
}

func decode<Decoder: SourceDecoder>(
  _ type: Decoder.Type, _ text: String, name: String, options: [String: String] = [:], chunk: Int = .max
) throws(ImportError) -> CollectingSink {
  try decode(type, Array(text.utf8), name: name, options: options, chunk: chunk)
}

/// What every decoder owes on any bytes: the same records whatever the chunks, and records or an `ImportError` on a
/// file cut at any byte, with any bytes changed, and on an empty one.
func checkTotality<Decoder: SourceDecoder>(
  _ type: Decoder.Type, sample: [UInt8], name: String, options: [String: String] = [:], mutations: UInt64 = 400
) throws {
  let whole = try decode(type, sample, name: name, options: options)
  #expect(!whole.records.isEmpty)
  for chunk in [1, 2, 3, 7, 64, 1021] {
    let parts = try decode(type, sample, name: name, options: options, chunk: chunk)
    #expect(parts.records == whole.records, "chunks of \(chunk)")
    #expect(parts.instruments == whole.instruments)
  }
  func accepts(_ bytes: [UInt8]) -> Bool {
    do {
      _ = try decode(type, bytes, name: name, options: options)
      return true
    } catch {
      #expect(error.file.contains(name))
      #expect(!error.reason.isEmpty)
      return false
    }
  }
  #expect(!accepts([]), "an empty file is refused")
  for length in 0..<sample.count { _ = accepts(Array(sample[..<length])) }
  for seed in 0..<mutations {
    var generator = SeededGenerator(seed: seed)
    var bytes = sample
    for _ in 0..<Int.random(in: 1...4, using: &generator) {
      let index = Int.random(in: 0..<bytes.count, using: &generator)
      switch Int.random(in: 0..<5, using: &generator) {
      case 0: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      case 1: bytes[index] = UInt8.random(in: 0...255, using: &generator)
      case 2: bytes.remove(at: index)
      case 3: bytes.insert(contentsOf: Array("99999999999999999999".utf8), at: index)
      default: bytes.insert(Array(",-.\"{}[]\n0e".utf8).randomElement(using: &generator) ?? 0, at: index)
      }
      if bytes.isEmpty { bytes = [0] }
    }
    _ = accepts(bytes)
  }
}

/// A real file, unpacked by the system's tool of its ending.
func realFile(_ path: String) throws -> [UInt8] {
  let url = RealData.file(path)
  let command: (String, [String])
  switch url.pathExtension {
  case "gz": command = ("gzip", ["-dc"])
  case "xz": command = ("xz", ["-dc"])
  case "zip": command = ("unzip", ["-p"])
  default: return try Array(Data(contentsOf: url))
  }
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  process.arguments = [command.0] + command.1 + [url.path]
  let pipe = Pipe()
  process.standardOutput = pipe
  try process.run()
  let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
  process.waitUntilExit()
  return Array(data)
}
