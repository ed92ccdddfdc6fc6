import BenchmarkHarness
import MarketTypes
import TickImport

/// Counts records and hashes what a consumer would read of them.
struct HashingSink: RecordSink {
  var hash: UInt64 = 0xCBF2_9CE4_8422_2325
  var records = 0
  private var instruments: UInt16 = 0

  mutating func declare(_ instrument: SourceInstrument) throws(ImportError) -> UInt16 {
    instruments += 1
    return instruments - 1
  }

  mutating func append(_ record: SourceRecord) throws(ImportError) {
    let mixed =
      record.event.identifier ^ UInt64(bitPattern: record.quantity) << 32 ^ UInt64(record.event.kind.rawValue)
      ^ UInt64(record.event.instrument) << 8
    hash = (hash ^ mixed ^ UInt64(bitPattern: record.price)) &* 0x100_0000_01B3
    records += 1
  }
}

/// Decodes bytes in memory in pieces of a megabyte, as the import does.
func decode<Decoder: SourceDecoder>(_ type: Decoder.Type, _ bytes: [UInt8], name: String) throws -> HashingSink {
  var decoder = try Decoder(context: SourceContext(name: name))
  var sink = HashingSink()
  try bytes.withUnsafeBytes { buffer in
    var begin = 0
    while true {
      let end = min(begin + 1 << 20, buffer.count)
      let isLast = end == buffer.count
      let piece = UnsafeRawBufferPointer(rebasing: buffer[begin..<end])
      begin += try decoder.decode(piece, offset: begin, isLast: isLast, into: &sink)
      if isLast { return }
    }
  }
  return sink
}

/// The decoders alone, from memory.
func measureFormats(_ runner: inout BenchmarkRunner) throws {
  let scale = runner.options.isTiny ? 1_000 : 1
  let itch = FormatStreams.itch(messages: 4_000_000 / scale)
  try runner.measure("decode ITCH 5.0", items: 4_000_000 / scale, unit: "messages", note: "\(itch.count) B") {
    try decode(ItchDecoder.self, itch, name: "07302019.NASDAQ_ITCH50").hash
  }
  let lobster = FormatStreams.lobster(rows: 500_000 / scale)
  try runner.measure("decode LOBSTER", items: 500_000 / scale, unit: "rows", note: "\(lobster.count) B") {
    try decode(LobsterDecoder.self, lobster, name: "AAPL_2012-06-21_message_50.csv").hash
  }
  let binance = FormatStreams.binance(lines: 150_000 / scale)
  try runner.measure("decode Binance capture", items: 150_000 / scale, unit: "lines", note: "\(binance.count) B") {
    try decode(BinanceDecoder.self, binance, name: "btcusdt.gz").hash
  }
}
