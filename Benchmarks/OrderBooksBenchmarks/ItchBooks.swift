import MarketTypes
import OrderBooks
import TickImport

/// Full books straight from ITCH messages: the decoder's records, a table from references to slots, and the tick
/// file's rule for slots, in one pass and without a file in between.
///
/// References are dense within a day, so the table is an array over them. The state the batch needs of an order that
/// rests (what is left of it, at what price) is kept by slot, where only live orders lie.
struct ItchBooks: ~Copyable {
  private struct Resting: BitwiseCopyable {
    var quantity: Int64
    var price: Int32
  }

  private(set) var books: BookSet
  private var batch = EventBatch(capacity: 1 << 12)
  private var allocator = SlotAllocator()
  private var slotOfReference: [UInt32]
  private var resting: [Resting] = []
  private var observer = NullObserver()
  private(set) var instrumentCount: UInt16 = 0
  private(set) var eventCount = 0
  /// Records on references never announced, or too far from the others to be of this day.
  private(set) var unknownCount = 0
  private static let noSlot = UInt32.max
  private static let largestReference: UInt64 = 1 << 28
  /// Four decimals in the messages, cents in the books.
  private static let pricesPerTick: Int64 = 100

  init(instruments: Int, expectedReferences: Int) {
    books = BookSet(instrumentCount: instruments, expectedOrders: 1 << 16)
    slotOfReference = Array(repeating: Self.noSlot, count: expectedReferences)
  }

  mutating func declare(_ instrument: SourceInstrument) throws(ImportError) -> UInt16 {
    guard Int(instrumentCount) < books.instrumentCount else {
      throw ImportError(file: "ITCH", reason: "more than \(books.instrumentCount) instruments")
    }
    instrumentCount += 1
    return instrumentCount - 1
  }

  @inline(__always)
  mutating func append(_ record: SourceRecord) {
    eventCount &+= 1
    let reference = record.event.identifier
    guard reference < Self.largestReference else {
      unknownCount += 1
      return
    }
    let time = record.event.exchangeTime.nanoseconds
    let instrument = record.event.instrument
    if batch.isFull { flush() }
    switch record.event.kind {
    case .add:
      let sideIndex = record.event.side == .buy ? 0 : 1
      let price = Int32(truncatingIfNeeded: record.price / Self.pricesPerTick)
      batch.append(EventCode(.add, side: record.event.side), time: time, instrument: instrument)
      batch.append(price: price, sideIndex: sideIndex)
      batch.append(quantity: record.quantity)
      let slot = allocator.take()
      rest(slot, Resting(quantity: record.quantity, price: price))
      name(Int(reference), slot)
    case .cancel, .execute, .reduce:
      guard let slot = slot(of: reference) else { return }
      let quantity = resting[Int(slot)].quantity
      let isExecution = record.event.kind == .execute
      if record.event.kind == .cancel || record.quantity >= quantity {
        batch.append(EventCode(isExecution ? .executeWhole : .cancel), time: time, instrument: instrument)
        batch.append(slot: slot)
        allocator.release(slot)
        slotOfReference[Int(reference)] = Self.noSlot
      } else {
        batch.append(EventCode(isExecution ? .executePart : .reduce), time: time, instrument: instrument)
        batch.append(slot: slot)
        batch.append(change: record.quantity)
        resting[Int(slot)].quantity = quantity - record.quantity
      }
    case .modify:
      guard let slot = slot(of: reference) else { return }
      let price = Int32(truncatingIfNeeded: record.price / Self.pricesPerTick)
      batch.append(EventCode(.modify), time: time, instrument: instrument)
      batch.append(slot: slot)
      batch.append(change: record.quantity)
      batch.append(priceChange: price &- resting[Int(slot)].price)
      resting[Int(slot)] = Resting(quantity: record.quantity, price: price)
      slotOfReference[Int(reference)] = Self.noSlot
      let renamed = record.replacingIdentifier ?? reference
      guard renamed < Self.largestReference else {
        unknownCount += 1
        return
      }
      name(Int(renamed), slot)
    default: break
    }
  }

  @inline(__always)
  private mutating func slot(of reference: UInt64) -> UInt32? {
    if reference < UInt64(slotOfReference.count), slotOfReference[Int(reference)] != Self.noSlot {
      return slotOfReference[Int(reference)]
    }
    unknownCount += 1
    return nil
  }

  @inline(__always)
  private mutating func rest(_ slot: UInt32, _ order: Resting) {
    if Int(slot) < resting.count { resting[Int(slot)] = order } else { resting.append(order) }
  }

  @inline(__always)
  private mutating func name(_ reference: Int, _ slot: UInt32) {
    if reference >= slotOfReference.count { grow(reference) }
    slotOfReference[reference] = slot
  }

  @inline(never)
  private mutating func grow(_ reference: Int) {
    let count = max(reference + 1, slotOfReference.count * 2) - slotOfReference.count
    slotOfReference.append(contentsOf: repeatElement(Self.noSlot, count: count))
  }

  mutating func flush() {
    books.apply(batch, observer: &observer)
    batch.removeAll()
  }

  /// Books of a whole file in memory, decoded in pieces of a megabyte as the import does.
  static func rebuilt(from bytes: UnsafeRawBufferPointer, name: String) throws(ImportError) -> ItchBooks {
    var decoder = try ItchDecoder(context: SourceContext(name: name, options: ["date": "2023-11-15"]))
    var result = ItchBooks(instruments: 1 << 10, expectedReferences: 1 << 20)
    try result.read(bytes, with: &decoder)
    return result
  }

  private mutating func read(
    _ bytes: UnsafeRawBufferPointer, with decoder: inout ItchDecoder
  ) throws(ImportError) {
    try withUnsafeMutablePointer(to: &self) { (state) throws(ImportError) in
      var sink = Sink(state: state)
      var begin = 0
      while true {
        let end = min(begin + 1 << 20, bytes.count)
        let isLast = end == bytes.count
        let piece = UnsafeRawBufferPointer(rebasing: bytes[begin..<end])
        begin += try decoder.decode(piece, offset: begin, isLast: isLast, into: &sink)
        if isLast { break }
      }
    }
    flush()
  }

  /// What the decoder sees: sinks are copyable and books are not. It lives only as long as the pointer is valid.
  private struct Sink: RecordSink {
    let state: UnsafeMutablePointer<ItchBooks>

    mutating func declare(_ instrument: SourceInstrument) throws(ImportError) -> UInt16 {
      try state.pointee.declare(instrument)
    }

    @inline(__always)
    mutating func append(_ record: SourceRecord) throws(ImportError) { state.pointee.append(record) }
  }
}
