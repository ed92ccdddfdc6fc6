import FuzzSupport
import MarketTypes
import TickImport

/// Checks what a consumer may rely on, and forgets the rest.
struct CheckingSink: RecordSink {
  var instruments: UInt16 = 0

  mutating func declare(_ instrument: SourceInstrument) throws(ImportError) -> UInt16 {
    precondition(instruments < UInt16.max)
    instruments += 1
    return instruments - 1
  }

  mutating func append(_ record: SourceRecord) throws(ImportError) {
    precondition(record.event.instrument < instruments, "an event of an instrument that was not declared")
    precondition(record.quantity >= 0)
  }
}

/// Decodes `bytes` in pieces of `chunk`, handing back what was left over.
func run(_ bytes: UnsafeRawBufferPointer, chunk: Int, name: String) {
  do throws(ImportError) {
    var decoder = try DBNDecoder(context: SourceContext(name: name))
    var sink = CheckingSink()
    var begin = 0
    var end = min(chunk, bytes.count)
    while true {
      let isLast = end == bytes.count
      let piece = UnsafeRawBufferPointer(rebasing: bytes[begin..<end])
      let taken = try decoder.decode(piece, offset: begin, isLast: isLast, into: &sink)
      precondition(taken >= 0 && taken <= piece.count, "the decoder took bytes it was not given")
      precondition(!isLast || taken == piece.count, "the decoder left bytes at the end without an error")
      if isLast { return }
      begin += taken
      end = min(end + chunk, bytes.count)
    }
  } catch {
    precondition(!error.reason.isEmpty)
  }
}

// The first byte picks metadata or a version without it, the second the size of the pieces; the rest is the file.
fuzz { bytes in
  guard bytes.count >= 2 else { return }
  let pieces = Int(bytes[1] &- 0x61) % 8
  let chunk = pieces == 0 ? Int.max : pieces * pieces * 61
  let names = ["day.dbn", "day.v1.dbn.frag", "day.v2.dbn.frag", "day.v3.dbn.frag"]
  run(UnsafeRawBufferPointer(rebasing: bytes[2...]), chunk: chunk, name: names[Int(bytes[0] &- 0x61) % names.count])
}
