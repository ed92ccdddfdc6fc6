extension RandomStream {
  /// Writes `normal(at: start)`, `normal(at: start + 1)`, …: the same bits as one by one, eight at a time.
  public func fillNormals(into values: UnsafeMutableBufferPointer<Double>, startingAt start: UInt64) {
    guard let base = values.baseAddress else { return }
    var offset = 0
    while offset < values.count, (start &+ UInt64(offset)) & 15 != 0 {
      base[offset] = normal(at: start &+ UInt64(offset))
      offset += 1
    }
    let key = key
    let one = SIMD8<UInt64>(repeating: 0x3FF0_0000_0000_0000)
    while offset + 16 <= values.count {
      let (radiusBits, angleBits) = Philox4x32.blocks8(
        index: (start &+ UInt64(offset)) >> 1, upper0: upper0, upper1: upper1, key0: key[0], key1: key[1])
      let pair = NormalKernel.pair(
        radius: unsafeBitCast((radiusBits &>> 12) | one, to: SIMD8<Double>.self) - (1 - 0x1p-53),
        turn: unsafeBitCast((angleBits &>> 12) | one, to: SIMD8<Double>.self) - 1.5,
        swaps: unsafeBitCast(angleBits &<< 63, to: SIMD8<Int64>.self) .< 0,
        negates: unsafeBitCast(angleBits &<< 62, to: SIMD8<Int64>.self) .< 0)
      let target = UnsafeMutableRawPointer(base + offset)
      target.storeBytes(of: pair.0, as: SIMD8<Double>.self)
      (target + 64).storeBytes(of: pair.1, as: SIMD8<Double>.self)
      offset += 16
    }
    while offset < values.count {
      base[offset] = normal(at: start &+ UInt64(offset))
      offset += 1
    }
  }

  /// Writes `uniform(at: start)`, `uniform(at: start + 1)`, …
  public func fillUniforms(into values: UnsafeMutableBufferPointer<Double>, startingAt start: UInt64) {
    guard let base = values.baseAddress else { return }
    var offset = 0
    if start & 1 != 0, offset < values.count {
      base[0] = uniform(at: start)
      offset = 1
    }
    let key = key
    let one = SIMD8<UInt64>(repeating: 0x3FF0_0000_0000_0000)
    while offset + 16 <= values.count {
      let (first, second) = Philox4x32.blocks8(
        index: (start &+ UInt64(offset)) >> 1, upper0: upper0, upper1: upper1, key0: key[0], key1: key[1])
      let even = unsafeBitCast((first &>> 12) | one, to: SIMD8<Double>.self) - (1 - 0x1p-53)
      let odd = unsafeBitCast((second &>> 12) | one, to: SIMD8<Double>.self) - (1 - 0x1p-53)
      for lane in 0..<8 {
        base[offset + 2 * lane] = even[lane]
        base[offset + 2 * lane + 1] = odd[lane]
      }
      offset += 16
    }
    while offset < values.count {
      base[offset] = uniform(at: start &+ UInt64(offset))
      offset += 1
    }
  }

  /// The normals from `start` on as an array.
  public func normals(count: Int, startingAt start: UInt64 = 0) -> [Double] {
    [Double](unsafeUninitializedCapacity: count) { buffer, initialized in
      fillNormals(into: UnsafeMutableBufferPointer(rebasing: buffer[0..<count]), startingAt: start)
      initialized = count
    }
  }
}
