import FuzzSupport
import Glibc
import TickImport

/// Forgets what it is given.
struct ForgettingSink: RecordSink {
  var instruments: UInt16 = 0

  mutating func declare(_ instrument: SourceInstrument) throws(ImportError) -> UInt16 {
    instruments &+= 1
    return instruments &- 1
  }

  mutating func append(_ record: SourceRecord) throws(ImportError) {}
}

/// Decodes `bytes` in pieces of `chunk`, handing back what was left over.
func run<Decoder: SourceDecoder>(
  _ type: Decoder.Type, _ bytes: UnsafeRawBufferPointer, chunk: Int, name: String, options: [String: String] = [:]
) {
  do throws(ImportError) {
    var decoder = try Decoder(context: SourceContext(name: name, options: options))
    var sink = ForgettingSink()
    var begin = 0
    var end = min(chunk, bytes.count)
    while true {
      let isLast = end == bytes.count
      let piece = UnsafeRawBufferPointer(rebasing: bytes[begin..<end])
      let taken = try decoder.decode(piece, offset: begin, isLast: isLast, into: &sink)
      precondition(taken >= 0 && taken <= piece.count, "a decoder took bytes it was not given")
      precondition(!isLast || taken == piece.count, "a decoder left bytes at the end without an error")
      if isLast { return }
      begin += taken
      end = min(end + chunk, bytes.count)
    }
  } catch {
    precondition(!error.reason.isEmpty)
  }
}

/// Containers are files to libarchive, so the bytes go through one that loses its name at once.
enum Scratch {
  static let file: Int32 = {
    let path = "/tmp/lockstep-fuzz-\(getpid())"
    let descriptor = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o600)
    unlink(path)
    return descriptor
  }()
}

/// Unpacks every entry in pieces of `piece`, with limits that a bomb of the fuzzer's size meets.
func unpack(_ bytes: UnsafeRawBufferPointer, piece: Int) {
  let file = Scratch.file
  guard file >= 0, ftruncate(file, 0) == 0 else { return }
  guard pwrite(file, bytes.baseAddress, bytes.count, 0) == bytes.count else { return }
  do throws(ImportError) {
    let limits = SourceStream.Limits(maximumRatio: 100, freeBytes: 1 << 20)
    let stream = try SourceStream(path: "/proc/self/fd/\(file)", limits: limits)
    var total = 0
    var buffer = [UInt8](repeating: 0, count: piece)
    while try stream.nextEntry() {
      while true {
        let got = try buffer.withUnsafeMutableBufferPointer { (raw) throws(ImportError) in
          try stream.read(into: UnsafeMutableRawBufferPointer(raw))
        }
        precondition(got >= 0 && got <= piece, "more bytes than were asked for")
        if got == 0 { break }
        total += got
      }
    }
    precondition(total <= max(limits.freeBytes, bytes.count * limits.maximumRatio) + piece, "a bomb went off")
  } catch {
    precondition(!error.reason.isEmpty)
  }
}

// The first byte picks the format, the second the size of the pieces; the rest is the file.
fuzz { bytes in
  guard bytes.count >= 2 else { return }
  let pieces = Int(bytes[1] &- 0x61) % 8
  let chunk = pieces == 0 ? Int.max : pieces * pieces * 7
  let file = UnsafeRawBufferPointer(rebasing: bytes[2...])
  switch (bytes[0] &- 0x61) % 19 {
  case 0: run(ItchDecoder.self, file, chunk: chunk, name: "07302019.NASDAQ_ITCH50")
  case 1: run(LobsterDecoder.self, file, chunk: chunk, name: "AAPL_2012-06-21_message_50.csv")
  case 2:
    let row = "5859400,200,5853300,18,5859800,200,5853000,150"
    run(LobsterDecoder.self, file, chunk: chunk, name: "AAPL_message.csv", options: ["book-row": row])
  case 3: run(PitchDecoder.self, file, chunk: chunk, name: "pitch.txt")
  case 4: run(BitstampOrdersDecoder.self, file, chunk: chunk, name: "orders.csv")
  case 5: run(BitstampLogDecoder.self, file, chunk: chunk, name: "day.log")
  case 6: run(BinanceDecoder.self, file, chunk: chunk, name: "btcusdt.gz")
  case 7: run(BinanceDecoder.self, file, chunk: chunk, name: "btcusdt.gz", options: ["gaps": "count"])
  case 8: run(TardisDecoder.self, file, chunk: chunk, name: "book.csv")
  case 9:
    let name = "equity/usa/tick/bac/20131007_quote.zip/20131007_bac_quote_tick.csv"
    run(LeanDecoder.self, file, chunk: chunk, name: name)
  case 10:
    run(LeanDecoder.self, file, chunk: chunk, name: "crypto/x/minute/btcusd/20131007_quote.zip/20131007_btcusd.csv")
  case 11: run(LeanDecoder.self, file, chunk: chunk, name: "equity/usa/daily/spy.zip/spy.csv")
  case 12: run(CSVDecoder.self, file, chunk: chunk, name: "table.csv")
  case 13:
    run(
      CSVDecoder.self, file, chunk: chunk, name: "table.csv",
      options: ["table": "order", "columns": "time=0,kind=1,id=2,side=3,price=4,quantity=5"])
  case 14:
    _ = try? LeanFactorFile(Array(file), file: "aapl.csv")
    _ = try? LeanMapFile(Array(file), file: "aapl.csv")
  case 16: run(BybitDecoder.self, file, chunk: chunk, name: "ob500.data", options: ["gaps": "count"])
  case 17: run(KrakenTradesDecoder.self, file, chunk: chunk, name: "trades.json")
  case 18: unpack(file, piece: pieces == 0 ? 1 << 20 : pieces * 4_099)
  default:
    let name = String(decoding: file.prefix(200), as: UTF8.self)
    _ = TickFormat.detect(head: Array(file), name: name)
    run(LeanDecoder.self, file, chunk: chunk, name: name)
  }
}
