/// Decodes columns of any encoding into 64-bit values: cold columns, keyframes, and hot columns in unusual encodings.
///
/// The fast path for packed hot columns is `HotKernels`.
struct ColumnDecoder {
  private var words = [UInt32](repeating: 0, count: PackedIntegers.chunk + 8)

  init() {}

  /// The values of `entry`, whose payload is `view`; `entry.count` must already be bounded by the caller.
  mutating func decode(_ entry: ColumnEntry, _ view: ByteView, into output: inout [Int64]) throws(FormatFault) {
    let count = entry.count
    output.removeAll(keepingCapacity: true)
    switch ColumnEncoding(rawValue: entry.encoding) {
    case .packed:
      try unpack(view, at: 0, count: count, into: &output, ends: true)
    case .runs:
      try expandRuns(view, count: count, into: &output)
    case .dictionary:
      let size = Int(try view.u32(0))
      guard size <= count, size > 0 || count == 0 else {
        throw FormatFault("a dictionary is too large", at: view.origin)
      }
      var distinct: [Int64] = []
      let indicesStart = try unpack(view, at: 4, count: size, into: &distinct, ends: false)
      try unpack(view, at: indicesStart, count: count, into: &output, ends: true)
      for index in 0..<output.count {
        let place = output[index]
        guard place >= 0, place < size else { throw FormatFault("a dictionary index is too large", at: view.origin) }
        output[index] = distinct[Int(place)]
      }
    case .zstd:
      try inflate(view, count: count, into: &output)
    default:
      throw FormatFault("a column has an encoding it cannot have", at: view.origin)
    }
    Self.undoTransform(entry, &output)
  }

  /// Appends `count` packed values from `offset` on; returns where the chunks end.
  @discardableResult
  private mutating func unpack(
    _ view: ByteView, at offset: Int, count: Int, into output: inout [Int64], ends: Bool
  ) throws(FormatFault) -> Int {
    var offset = offset
    var done = 0
    // Every chunk has a header, so a count that the bytes cannot hold is refused before memory is taken.
    let chunks = (count + PackedIntegers.chunk - 1) / PackedIntegers.chunk
    guard offset <= view.count, chunks * PackedIntegers.chunkHeader <= view.count - offset else {
      throw FormatFault("a column is shorter than its values", at: view.origin)
    }
    let start = output.count
    output.append(contentsOf: repeatElement(0, count: count + 8))
    while done < count {
      let part = min(PackedIntegers.chunk, count - done)
      let chunk = try Chunk(view, at: offset, count: part)
      unsafe words.withUnsafeMutableBufferPointer { scratch in
        unsafe output.withUnsafeMutableBufferPointer { target in
          unsafe chunk.unpack64(into: target.baseAddress! + (start + done), scratch: scratch.baseAddress!)
        }
      }
      offset += chunk.bytes
      done += part
    }
    output.removeLast(8)
    if ends, offset != view.count { throw FormatFault("a column is longer than its values", at: view.origin + offset) }
    return offset
  }

  private mutating func expandRuns(_ view: ByteView, count: Int, into output: inout [Int64]) throws(FormatFault) {
    let runs = Int(try view.u32(0))
    guard runs <= count else { throw FormatFault("a column states more runs than values", at: view.origin) }
    var values: [Int64] = []
    var lengths: [Int64] = []
    let lengthsStart = try unpack(view, at: 4, count: runs, into: &values, ends: false)
    try unpack(view, at: lengthsStart, count: runs, into: &lengths, ends: true)
    for (value, length) in zip(values, lengths) {
      guard length > 0, length <= Int64(count - output.count) else {
        throw FormatFault("a column's runs do not add up to its values", at: view.origin)
      }
      output.append(contentsOf: repeatElement(value, count: Int(length)))
    }
    guard output.count == count else {
      throw FormatFault("a column's runs do not add up to its values", at: view.origin)
    }
  }

  private func inflate(_ view: ByteView, count: Int, into output: inout [Int64]) throws(FormatFault) {
    let width = Int(try view.byte(0))
    guard width == 1 || width == 2 || width == 4 || width == 8 else {
      throw FormatFault("a compressed column has an impossible byte width", at: view.origin)
    }
    let bytes = try ZstdDecoder.decompress(try view.slice(1, view.count - 1), size: count * width)
    output.reserveCapacity(count)
    for index in 0..<count {
      var value: UInt64 = 0
      for place in 0..<width { value |= UInt64(bytes[index * width + place]) << UInt64(8 * place) }
      output.append(Int64(bitPattern: value))
    }
  }

  private static func undoTransform(_ entry: ColumnEntry, _ values: inout [Int64]) {
    if entry.transform == 0, entry.scale == 1, entry.base == 0 { return }
    let scale = Int64(entry.scale)
    var previous = entry.base
    for index in 0..<values.count {
      var value = values[index]
      if entry.isZigzag { value = Int64(bitPattern: UInt64(bitPattern: value) &>> 1) ^ (0 &- (value & 1)) }
      value = previous &+ value &* scale
      if entry.isDelta { previous = value }
      values[index] = value
    }
  }
}
