/// Chooses the width of a chunk by measured cost and writes it: minimum, packed rows, patches.
struct ChunkEncoder {
  /// What one patch costs beyond its bytes: applying one takes about as long as reading this many packed bytes.
  static let patchPenalty = 2

  /// The chosen layout of one chunk.
  struct Choice {
    var minimum: Int64
    var width: Int
    var patches: Int
    var isWide: Bool
    var bytes: Int
  }

  /// The cheapest layout of `values`, a chunk of 1...1024 signed values.
  static func choose(_ values: ArraySlice<Int64>) -> Choice {
    var minimum = Int64.max
    for value in values where value < minimum { minimum = value }
    // How many residuals need exactly this many bits.
    var histogram = InlineArray<65, Int32>(repeating: 0)
    for value in values { histogram[64 &- (UInt64(bitPattern: value &- minimum)).leadingZeroBitCount] &+= 1 }
    var widest = 64
    while widest > 0, histogram[widest] == 0 { widest -= 1 }
    let rows = PackedIntegers.rows(values.count)
    let patchBytes = widest > 32 ? 10 : 6
    var best = Choice(minimum: minimum, width: widest, patches: 0, isWide: widest > 32, bytes: .max)
    var bestCost = Int.max
    var patches = 0
    for width in stride(from: widest, through: 0, by: -1) {
      if width < widest { patches += Int(histogram[width + 1]) }
      let bytes =
        PackedIntegers.chunkHeader + PackedIntegers.wideBytes(rows: rows, width: width) + patches * patchBytes
      let cost = bytes + patches * patchPenalty
      if cost < bestCost {
        bestCost = cost
        best.width = width
        best.patches = patches
        best.bytes = bytes
      }
    }
    return best
  }

  /// Appends the chunk of `values` in the layout `choice`.
  static func append(_ values: ArraySlice<Int64>, _ choice: Choice, to output: inout [UInt8]) {
    output.append(UInt8(choice.width))
    output.append(choice.isWide ? 1 : 0)
    output.appendLittleEndian(UInt16(choice.patches))
    output.appendLittleEndian(choice.minimum)
    let limit: UInt64 = choice.width == 64 ? .max : (1 << UInt64(choice.width)) - 1
    var low: [UInt32] = []
    var high: [UInt32] = []
    var positions: [UInt16] = []
    var patches: [UInt64] = []
    low.reserveCapacity(values.count)
    for (index, value) in values.enumerated() {
      let residual = UInt64(bitPattern: value &- choice.minimum)
      let fits = residual <= limit
      let packed = fits ? residual : 0
      low.append(UInt32(truncatingIfNeeded: packed))
      if choice.width > 32 { high.append(UInt32(truncatingIfNeeded: packed >> 32)) }
      if !fits {
        positions.append(UInt16(index))
        patches.append(residual)
      }
    }
    PackedIntegers.pack(low, width: min(choice.width, 32), into: &output)
    if choice.width > 32 { PackedIntegers.pack(high, width: choice.width - 32, into: &output) }
    for position in positions { output.appendLittleEndian(position) }
    for patch in patches {
      if choice.isWide { output.appendLittleEndian(patch) } else { output.appendLittleEndian(UInt32(patch)) }
    }
  }

  /// The layouts of all chunks of a column and the bytes they take.
  struct Plan {
    var choices: [Choice] = []
    var bytes = 0
    /// Bytes that the chunk headers alone take: what a constant column costs.
    var floor: Int { choices.count * PackedIntegers.chunkHeader }
  }

  static func plan(_ values: [Int64]) -> Plan {
    var plan = Plan()
    var start = 0
    while start < values.count {
      let end = min(start + PackedIntegers.chunk, values.count)
      let choice = choose(values[start..<end])
      plan.choices.append(choice)
      plan.bytes += choice.bytes
      start = end
    }
    return plan
  }

  /// Appends `values` as consecutive chunks.
  static func append(all values: [Int64], _ plan: Plan, to output: inout [UInt8]) {
    var start = 0
    for choice in plan.choices {
      let end = min(start + PackedIntegers.chunk, values.count)
      append(values[start..<end], choice, to: &output)
      start = end
    }
  }

  static func append(all values: [Int64], to output: inout [UInt8]) {
    append(all: values, plan(values), to: &output)
  }
}
