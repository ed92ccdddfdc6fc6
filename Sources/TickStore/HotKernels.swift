/// Decodes packed columns straight into batch arrays.
///
/// Invariant of every kernel: `output` has room for the column's count rounded up to eight, and `scratch` for 1,032
/// words. Lengths are checked chunk by chunk before a kernel touches them.
enum HotKernels {
  /// A packed 32-bit column; arithmetic is mod 2^32. Returns the largest value, for range checks, of a column whose values
  /// are stored as they are, and nil for others.
  static func decode32(
    _ entry: ColumnEntry, _ view: ByteView, into output: UnsafeMutablePointer<UInt32>
  ) throws(FormatFault) -> UInt32? {
    var offset = 0
    var done = 0
    var carry = UInt32(truncatingIfNeeded: entry.base)
    var largest = SIMD8<UInt32>(repeating: 0)
    while done < entry.count {
      let chunk = try Chunk(view, at: offset, count: min(PackedIntegers.chunk, entry.count - done))
      let target = unsafe output + done
      unsafe chunk.unpack32(into: target)
      let raw = UnsafeMutableRawPointer(target)
      switch entry.transform {
      case 0:
        // The slots past the count in the last row are packed zeros, so they add no more than the minimum.
        for row in 0..<chunk.rows {
          let values = unsafe raw.loadUnaligned(fromByteOffset: row &* 32, as: SIMD8<UInt32>.self)
          largest = pointwiseMax(largest, values)
        }
        if carry != 0 { unsafe add(carry, raw, rows: chunk.rows) }
      case 1:
        for row in 0..<chunk.rows {
          let stored = unsafe raw.loadUnaligned(fromByteOffset: row &* 32, as: SIMD8<UInt32>.self)
          unsafe raw.storeBytes(of: unzigzag(stored) &+ carry, toByteOffset: row &* 32, as: SIMD8<UInt32>.self)
        }
      case 2:
        for row in 0..<chunk.rows {
          let stored = unsafe raw.loadUnaligned(fromByteOffset: row &* 32, as: SIMD8<UInt32>.self)
          let values = prefixSums(stored) &+ carry
          carry = values[7]
          unsafe raw.storeBytes(of: values, toByteOffset: row &* 32, as: SIMD8<UInt32>.self)
        }
      default:
        for row in 0..<chunk.rows {
          let stored = unsafe raw.loadUnaligned(fromByteOffset: row &* 32, as: SIMD8<UInt32>.self)
          let values = prefixSums(unzigzag(stored)) &+ carry
          carry = values[7]
          unsafe raw.storeBytes(of: values, toByteOffset: row &* 32, as: SIMD8<UInt32>.self)
        }
      }
      offset += chunk.bytes
      done += chunk.count
    }
    guard offset == view.count else {
      throw FormatFault("a column is longer than its values", at: view.origin + offset)
    }
    return entry.transform == 0 && entry.base == 0 ? largest.max() : nil
  }

  @inline(__always)
  private static func add(_ base: UInt32, _ raw: UnsafeMutableRawPointer, rows: Int) {
    for row in 0..<rows {
      let values = unsafe raw.loadUnaligned(fromByteOffset: row &* 32, as: SIMD8<UInt32>.self)
      unsafe raw.storeBytes(of: values &+ base, toByteOffset: row &* 32, as: SIMD8<UInt32>.self)
    }
  }

  @inline(__always)
  private static func unzigzag(_ value: SIMD8<UInt32>) -> SIMD8<UInt32> {
    (value &>> 1) ^ (SIMD8(repeating: 0) &- (value & 1))
  }

  @inline(__always)
  private static func prefixSums(_ value: SIMD8<UInt32>) -> SIMD8<UInt32> {
    var sum = value
    sum = sum &+ SIMD8(0, sum[0], sum[1], sum[2], sum[3], sum[4], sum[5], sum[6])
    sum = sum &+ SIMD8(0, 0, sum[0], sum[1], sum[2], sum[3], sum[4], sum[5])
    return sum &+ SIMD8(0, 0, 0, 0, sum[0], sum[1], sum[2], sum[3])
  }

  /// A packed 64-bit column.
  static func decode64(
    _ entry: ColumnEntry, _ view: ByteView, into output: UnsafeMutablePointer<Int64>,
    scratch: UnsafeMutablePointer<UInt32>
  ) throws(FormatFault) {
    var offset = 0
    var done = 0
    var carry = entry.base
    while done < entry.count {
      let chunk = try Chunk(view, at: offset, count: min(PackedIntegers.chunk, entry.count - done))
      let target = unsafe output + done
      if chunk.isWide || entry.scale != 1 {
        unsafe chunk.unpack64(into: target, scratch: scratch)
        unsafe transform(entry, target, count: chunk.count, carry: &carry)
      } else {
        unsafe chunk.residuals32(into: scratch)
        switch entry.transform {
        case 0: unsafe widen(scratch, chunk, &carry, isZigzag: false, isDelta: false, into: target)
        case 1: unsafe widen(scratch, chunk, &carry, isZigzag: true, isDelta: false, into: target)
        case 2: unsafe widen(scratch, chunk, &carry, isZigzag: false, isDelta: true, into: target)
        default: unsafe widen(scratch, chunk, &carry, isZigzag: true, isDelta: true, into: target)
        }
      }
      offset += chunk.bytes
      done += chunk.count
    }
    guard offset == view.count else {
      throw FormatFault("a column is longer than its values", at: view.origin + offset)
    }
  }

  @inline(__always)
  private static func widen(
    _ scratch: UnsafeMutablePointer<UInt32>, _ chunk: Chunk, _ carry: inout Int64, isZigzag: Bool, isDelta: Bool,
    into output: UnsafeMutablePointer<Int64>
  ) {
    let source = UnsafeRawPointer(scratch)
    let target = UnsafeMutableRawPointer(output)
    let minimum = SIMD4<Int64>(repeating: chunk.minimum)
    var base = SIMD4<Int64>(repeating: carry)
    for half in 0..<(chunk.rows &* 2) {
      let words = unsafe source.loadUnaligned(fromByteOffset: half &* 16, as: SIMD4<UInt32>.self)
      var value = SIMD4<Int64>(truncatingIfNeeded: words) &+ minimum
      if isZigzag {
        let bits = SIMD4<UInt64>(truncatingIfNeeded: value)
        value = SIMD4<Int64>(truncatingIfNeeded: (bits &>> 1) ^ (SIMD4(repeating: 0) &- (bits & 1)))
      }
      if isDelta {
        value = value &+ SIMD4(0, value[0], value[1], value[2])
        value = value &+ SIMD4(0, 0, value[0], value[1])
      }
      value = value &+ base
      if isDelta { base = SIMD4(repeating: value[3]) }
      unsafe target.storeBytes(of: value, toByteOffset: half &* 32, as: SIMD4<Int64>.self)
    }
    if isDelta { carry = unsafe output[chunk.count &- 1] }
  }

  @inline(never)
  private static func transform(
    _ entry: ColumnEntry, _ values: UnsafeMutablePointer<Int64>, count: Int, carry: inout Int64
  ) {
    let scale = Int64(entry.scale)
    for index in 0..<count {
      var value = unsafe values[index]
      if entry.isZigzag { value = Int64(bitPattern: UInt64(bitPattern: value) &>> 1) ^ (0 &- (value & 1)) }
      value = carry &+ value &* scale
      if entry.isDelta { carry = value }
      unsafe values[index] = value
    }
  }
}
