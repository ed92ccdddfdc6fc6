import MarketTypes

/// Decodes NASDAQ TotalView-ITCH 5.0 with the two-byte lengths of NASDAQ's files.
///
/// - A length of zero means the size of the message's type; at the very end of the file it is the end of the session.
/// - Times are nanoseconds since midnight in New York of the day in the file's name or `--date`; without either they
///   count from 1970-01-01.
/// - A replacement (`U`) is a `modify` from the old to the new reference, so the order keeps its slot.
/// - `P` prints are hidden trades without an aggressor, because the feed always says buy. `Q` without shares (no cross
///   took place) and imbalance, participant, price band and Reg SHO messages have no market event and are passed over.
/// - A broken trade (`B`) is an `orphan` with its match number, kept for audit.
/// - `sequence` holds the match number of executions and trades, `channel` the tracking number, `origin` an order's
///   attribution, a cross' type or the letter of a broken trade.
/// - Orders do not outlive the day: every instrument begins with a synthetic `clear`, so that days can follow each other
///   in one tick file.
/// - Messages on a locate that was never named come under the symbol `#<locate>`, unless `--instrument` selects symbols.
public struct ItchDecoder: SourceDecoder {
  let file: String
  let day: MarketDay
  let selected: Set<String>?
  /// Per stock locate: the instrument, or one of the two marks below.
  var instruments = [Int32](repeating: Self.unnamed, count: 65_536)
  /// Per stock locate: whether trading was halted or paused last.
  var isHalted = [Bool](repeating: false, count: 65_536)
  var locates: [UInt16] = []
  var sawMessage = false

  static let unnamed: Int32 = -1
  static let excluded: Int32 = -2

  public init(context: SourceContext) throws(ImportError) {
    file = context.name
    day = MarketDay(try context.date(), zone: try context.zone(usual: .newYork))
    selected = context.selectedSymbols
  }

  public mutating func decode(
    _ bytes: UnsafeRawBufferPointer, offset: Int, isLast: Bool, into sink: inout some RecordSink
  ) throws(ImportError) -> Int {
    guard let base = bytes.baseAddress else {
      if isLast { try requireMessages(offset) }
      return 0
    }
    day.remark(to: &sink)
    let sizes = ItchMessage.sizes
    var position = 0
    while bytes.count - position >= 3 {
      let stated = Int(UInt16(bigEndian: base.loadUnaligned(fromByteOffset: position, as: UInt16.self)))
      let type = base.load(fromByteOffset: position + 2, as: UInt8.self)
      let known = Int(sizes[Int(type)])
      if known == 0 || (stated != 0 && stated != known) {
        try refuseUnlessForeign(type, stated: stated, known: known, offset: offset + position)
      }
      let size = stated == 0 ? known : stated
      guard bytes.count - position - 2 >= size else { break }
      if known > 0 {
        // Every field offset used for this type is below `known`, and `size` equals it.
        let message = ItchMessage(base: base + (position + 2))
        try decode(message, offset: offset + position, into: &sink)
      } else {
        sink.skip("unknown message")
      }
      position += 2 + size
      sawMessage = true
    }
    guard isLast else { return position }
    try requireMessages(offset)
    let rest = bytes.count - position
    if rest == 2, base.loadUnaligned(fromByteOffset: position, as: UInt16.self) == 0 { position += 2 }
    guard position == bytes.count else {
      throw error(offset + position, "the last message is cut short", advice: "The download may be incomplete")
    }
    return position
  }

  private func requireMessages(_ offset: Int) throws(ImportError) {
    guard sawMessage else { throw error(offset, "the file holds no message") }
  }

  /// Later versions may add types: a letter with a sensible length is passed over.
  private func refuseUnlessForeign(_ type: UInt8, stated: Int, known: Int, offset: Int) throws(ImportError) {
    if known > 0 {
      throw error(offset, "message '\(Character(UnicodeScalar(type)))' has \(stated) bytes instead of \(known)")
    }
    let isLetter = (0x41...0x5A).contains(type) || (0x61...0x7A).contains(type)
    guard isLetter, (11...256).contains(stated) else {
      throw error(offset, "there is no ITCH 5.0 message of type \(type)", advice: "Is this file ITCH 5.0?")
    }
  }

  func error(_ offset: Int, _ reason: String, advice: String = "") -> ImportError {
    ImportError(file: file, position: .offset(offset), reason: reason, advice: advice)
  }
}
