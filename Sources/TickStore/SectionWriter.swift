/// Which transforms make sense for a column.
enum ColumnShape {
  /// Never far from the value before: times, identifiers, sequences.
  case counter
  /// 32-bit values near the value before: prices.
  case price
  /// Unrelated values.
  case plain
}

/// Lays out one section: a directory and the encoded columns behind it.
struct SectionWriter {
  private var entries: [ColumnEntry] = []
  private var payload: [UInt8] = []
  private var scratch: [Int64] = []
  private let zstd: ZstdEncoder
  /// Encodings the writer may choose from; tests force each in turn.
  var allowed: Set<ColumnEncoding>?

  init(zstd: ZstdEncoder, allowed: Set<ColumnEncoding>? = nil) {
    self.zstd = zstd
    self.allowed = allowed
  }

  /// Directory, payloads, and zeros up to a multiple of eight bytes; the writer is empty afterwards.
  mutating func finish(into output: inout [UInt8]) {
    output.appendLittleEndian(UInt32(entries.count))
    output.appendLittleEndian(UInt32(0))
    for entry in entries { entry.append(to: &output) }
    output.append(contentsOf: payload)
    while output.count % 8 != 0 { output.append(0) }
    entries.removeAll(keepingCapacity: true)
    payload.removeAll(keepingCapacity: true)
  }

  /// Bytes of each column so far, with its directory line.
  var columnBytes: [(number: UInt8, bytes: Int)] { entries.map { ($0.number, $0.length + ColumnEntry.size) } }

  /// Adds bytes that are already encoded.
  mutating func add(_ number: ColumnNumber, encoding: ColumnEncoding, count: Int, bytes: [UInt8]) {
    var entry = ColumnEntry(number, encoding: encoding, count: count, length: bytes.count)
    entry.checksum = bytes.checksum(0..<bytes.count)
    entries.append(entry)
    payload.append(contentsOf: bytes)
  }

  /// Adds a column in the cheapest way; an empty one, or one of zeros when that is the default, is left out.
  mutating func add(
    _ number: ColumnNumber, _ values: [Int64], shape: ColumnShape, isCold: Bool = false, omitsZeros: Bool = false
  ) {
    guard let first = values.first else { return }
    if omitsZeros, values.allSatisfy({ $0 == 0 }) { return }
    var entry = ColumnEntry(number, encoding: .packed, count: values.count, length: 0)
    var stored = values
    var plan: ChunkEncoder.Plan
    switch shape {
    case .plain:
      plan = ChunkEncoder.plan(values)
      if plan.choices.contains(where: { $0.minimum < 0 }) {
        apply(.zigzag, to: values, base: 0)
        prefer(.zigzag, base: 0, &entry, &stored, &plan)
      }
    case .price:
      plan = ChunkEncoder.plan(values)
      apply(.zigzagDelta, to: values, base: first, narrow: true)
      prefer(.zigzagDelta, base: first, &entry, &stored, &plan)
    case .counter:
      apply(.delta, to: values, base: first)
      entry.transform = ColumnTransform.delta.rawValue
      entry.base = first
      let scale = Self.commonScale(scratch)
      if scale > 1 {
        entry.scale = UInt32(scale)
        stored = scratch.map { $0 / scale }
        plan = ChunkEncoder.plan(stored)
      } else {
        swap(&stored, &scratch)
        plan = ChunkEncoder.plan(stored)
        if plan.choices.contains(where: { $0.minimum < 0 }) {
          apply(.zigzagDelta, to: values, base: first)
          prefer(.zigzagDelta, base: first, &entry, &stored, &plan)
        }
      }
    }
    append(entry, stored, plan, isCold: isCold)
  }

  /// Takes what `apply` left in the scratch array when it packs smaller.
  private mutating func prefer(
    _ transform: ColumnTransform, base: Int64, _ entry: inout ColumnEntry, _ stored: inout [Int64],
    _ plan: inout ChunkEncoder.Plan
  ) {
    let other = ChunkEncoder.plan(scratch)
    guard other.bytes < plan.bytes else { return }
    entry.transform = transform.rawValue
    entry.base = base
    swap(&stored, &scratch)
    plan = other
  }

  /// The largest of 1 s, 1 ms and 1 µs that divides every step, or 1: sources without nanoseconds.
  static func commonScale(_ steps: [Int64]) -> Int64 {
    var scale: Int64 = 1
    for candidate in [1_000, 1_000_000, 1_000_000_000] as [Int64] {
      guard steps.allSatisfy({ $0 % candidate == 0 }) else { break }
      scale = candidate
    }
    return steps.allSatisfy { $0 == 0 } ? 1 : scale
  }

  private mutating func apply(_ transform: ColumnTransform, to values: [Int64], base: Int64, narrow: Bool = false) {
    scratch.removeAll(keepingCapacity: true)
    scratch.reserveCapacity(values.count)
    var previous = base
    for value in values {
      var stored = value
      if transform == .delta || transform == .zigzagDelta {
        stored = value &- previous
        if narrow { stored = Int64(Int32(truncatingIfNeeded: stored)) }
        previous = value
      }
      if transform == .zigzag || transform == .zigzagDelta { stored = (stored &<< 1) ^ (stored &>> 63) }
      scratch.append(stored)
    }
  }

  private mutating func append(
    _ entry: ColumnEntry, _ stored: [Int64], _ plan: ChunkEncoder.Plan, isCold: Bool
  ) {
    var entry = entry
    let start = payload.count
    let packedBytes = plan.bytes
    var candidates: [(encoding: ColumnEncoding, bytes: [UInt8])] = []
    func wants(_ encoding: ColumnEncoding) -> Bool { allowed?.contains(encoding) ?? true }
    // The alternatives decode more slowly than packing, so they must save a fifth of a column that is worth it.
    let isWorthTrying = packedBytes > 2 * plan.floor && allowed == nil
    if wants(.runs), isWorthTrying || allowed != nil, let bytes = Self.runs(stored, limit: allowed == nil ? 8 : 1) {
      candidates.append((.runs, bytes))
    }
    if wants(.dictionary), isWorthTrying && isCold || allowed != nil,
      let bytes = Self.dictionary(stored, isLimited: allowed == nil)
    {
      candidates.append((.dictionary, bytes))
    }
    if wants(.zstd), isCold, isWorthTrying || allowed != nil,
      let bytes = zstd.column(stored, number: entry.number, packedBytes: packedBytes, always: allowed != nil)
    {
      candidates.append((.zstd, bytes))
    }
    if let best = candidates.min(by: { $0.bytes.count < $1.bytes.count }),
      allowed != nil && !wants(.packed) || best.bytes.count * 5 < packedBytes * 4
    {
      entry.encoding = best.encoding.rawValue
      payload.append(contentsOf: best.bytes)
    } else {
      ChunkEncoder.append(all: stored, plan, to: &payload)
    }
    entry.length = payload.count - start
    entry.checksum = payload.checksum(start..<payload.count)
    entries.append(entry)
  }

  /// Runs, unless there are more than one per `limit` values.
  static func runs(_ values: [Int64], limit: Int) -> [UInt8]? {
    var starts: [Int64] = []
    var lengths: [Int64] = []
    for value in values {
      if let last = starts.last, last == value {
        lengths[lengths.count - 1] += 1
      } else {
        guard starts.count * limit < values.count else { return nil }
        starts.append(value)
        lengths.append(1)
      }
    }
    var bytes: [UInt8] = []
    bytes.appendLittleEndian(UInt32(starts.count))
    ChunkEncoder.append(all: starts, to: &bytes)
    ChunkEncoder.append(all: lengths, to: &bytes)
    return bytes
  }

  /// A dictionary of at most 64 values, or of any number where tests ask for it; nil when there are more.
  static func dictionary(_ values: [Int64], isLimited: Bool) -> [UInt8]? {
    guard !isLimited else { return smallDictionary(values) }
    let limit = 65_536
    var numbers: [Int64: Int64] = [:]
    var distinct: [Int64] = []
    var indices: [Int64] = []
    indices.reserveCapacity(values.count)
    for value in values {
      if let number = numbers[value] {
        indices.append(number)
      } else {
        guard distinct.count < limit else { return nil }
        numbers[value] = Int64(distinct.count)
        indices.append(Int64(distinct.count))
        distinct.append(value)
      }
    }
    return dictionary(distinct, indices)
  }

  /// The same through a table of 256 places on the stack: hashing with `Dictionary` took a tenth of an import.
  private static func smallDictionary(_ values: [Int64]) -> [UInt8]? {
    var places = InlineArray<256, UInt8>(repeating: 0)
    var distinct: [Int64] = []
    var indices: [Int64] = []
    distinct.reserveCapacity(64)
    indices.reserveCapacity(values.count)
    for value in values {
      var place = Int(truncatingIfNeeded: (UInt64(bitPattern: value) &* 0x9E37_79B9_7F4A_7C15) &>> 56)
      // A place holds the number of its value plus one; at most 64 of 256 are taken, so a free one ends the search.
      while places[place] != 0, distinct[Int(places[place]) - 1] != value { place = (place &+ 1) & 255 }
      if places[place] == 0 {
        guard distinct.count < 64 else { return nil }
        distinct.append(value)
        places[place] = UInt8(distinct.count)
      }
      indices.append(Int64(places[place]) - 1)
    }
    return dictionary(distinct, indices)
  }

  private static func dictionary(_ distinct: [Int64], _ indices: [Int64]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.appendLittleEndian(UInt32(distinct.count))
    ChunkEncoder.append(all: distinct, to: &bytes)
    ChunkEncoder.append(all: indices, to: &bytes)
    return bytes
  }
}
