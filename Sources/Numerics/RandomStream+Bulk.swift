extension RandomStream {
  /// Writes `normal(at: start)`, `normal(at: start + 1)`, …: the same bits as one by one, eight at a time.
  public func fillNormals(into values: UnsafeMutableBufferPointer<Double>, startingAt start: UInt64) {
    guard let base = values.baseAddress else { return }
    var offset = 0
    while offset < values.count, (start &+ UInt64(offset)) & 31 != 0 {
      base[offset] = normal(at: start &+ UInt64(offset))
      offset += 1
    }
    let key = key
    let target = UnsafeMutableRawPointer(base)
    while offset + 32 <= values.count {
      let (first, second) = Philox4x32.blocks8(
        index: (start &+ UInt64(offset)) >> 2, upper0: upper0, upper1: upper1, key0: key[0], key1: key[1])
      let pair0 = Self.normalPair(first)
      let pair1 = Self.normalPair(second)
      let position = target + offset &* 8
      position.storeBytes(of: pair0.0, as: SIMD8<Double>.self)
      (position + 64).storeBytes(of: pair0.1, as: SIMD8<Double>.self)
      (position + 128).storeBytes(of: pair1.0, as: SIMD8<Double>.self)
      (position + 192).storeBytes(of: pair1.1, as: SIMD8<Double>.self)
      offset += 32
    }
    while offset < values.count {
      base[offset] = normal(at: start &+ UInt64(offset))
      offset += 1
    }
  }

  @inline(__always)
  private static func normalPair(_ word: SIMD8<UInt64>) -> (SIMD8<Double>, SIMD8<Double>) {
    let one = SIMD8<UInt64>(repeating: 0x3FF0_0000_0000_0000)
    return NormalKernel.pair(
      radius: unsafeBitCast(NormalKernel.radiusBits(word), to: SIMD8<Double>.self) - NormalKernel.radiusOffset,
      turn: unsafeBitCast(NormalKernel.turnBits(word), to: SIMD8<Double>.self) - NormalKernel.turnOffset,
      swaps: signs(word &<< 63, one) .< 0, negates: signs(word &<< 62, one) .< 0)
  }

  /// ±1 from the top bit of each lane: comparing doubles compiles to one instruction, comparing integers to a loop.
  @inline(__always)
  private static func signs(_ bits: SIMD8<UInt64>, _ one: SIMD8<UInt64>) -> SIMD8<Double> {
    unsafeBitCast((bits & 0x8000_0000_0000_0000) | one, to: SIMD8<Double>.self)
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
