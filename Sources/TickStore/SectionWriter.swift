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
    entries.append(ColumnEntry(number, encoding: encoding, count: count, length: bytes.count))
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
    switch shape {
    case .plain:
      if let lowest = values.min(), lowest < 0 {
        apply(.zigzag, to: values, base: 0)
        if ChunkEncoder.bytes(of: scratch) < ChunkEncoder.bytes(of: values) {
          entry.transform = ColumnTransform.zigzag.rawValue
          swap(&stored, &scratch)
        }
      }
    case .price:
      apply(.zigzagDelta, to: values, base: first, narrow: true)
      if ChunkEncoder.bytes(of: scratch) <= ChunkEncoder.bytes(of: values) {
        entry.transform = ColumnTransform.zigzagDelta.rawValue
        entry.base = first
        swap(&stored, &scratch)
      }
    case .counter:
      apply(.delta, to: values, base: first)
      let steps = scratch
      let deltaBytes = ChunkEncoder.bytes(of: steps)
      if let lowest = steps.min(), lowest < 0 {
        apply(.zigzagDelta, to: values, base: first)
        let isBetter = ChunkEncoder.bytes(of: scratch) < deltaBytes
        entry.transform = (isBetter ? ColumnTransform.zigzagDelta : .delta).rawValue
        stored = isBetter ? scratch : steps
      } else {
        entry.transform = ColumnTransform.delta.rawValue
        stored = steps
      }
      entry.base = first
      let scale = Self.commonScale(steps)
      if scale > 1 {
        entry.scale = UInt32(scale)
        entry.transform = ColumnTransform.delta.rawValue
        stored = steps.map { $0 / scale }
      }
    }
    append(entry, stored, isCold: isCold)
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

  private mutating func append(_ entry: ColumnEntry, _ stored: [Int64], isCold: Bool) {
    var entry = entry
    let start = payload.count
    let packedBytes = ChunkEncoder.bytes(of: stored)
    var candidates: [(encoding: ColumnEncoding, bytes: [UInt8])] = []
    func wants(_ encoding: ColumnEncoding) -> Bool { allowed?.contains(encoding) ?? true }
    // The alternatives decode more slowly than packing, so they must save a fifth of a column that is worth it.
    let isWorthTrying = packedBytes > 64 && allowed == nil
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
      ChunkEncoder.append(all: stored, to: &payload)
    }
    entry.length = payload.count - start
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

  /// A dictionary of at most 256 values, or nil.
  static func dictionary(_ values: [Int64], isLimited: Bool) -> [UInt8]? {
    let limit = isLimited ? 64 : 65_536
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
    var bytes: [UInt8] = []
    bytes.appendLittleEndian(UInt32(distinct.count))
    ChunkEncoder.append(all: distinct, to: &bytes)
    ChunkEncoder.append(all: indices, to: &bytes)
    return bytes
  }
}
