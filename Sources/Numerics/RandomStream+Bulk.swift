import CVectorMath

extension RandomStream {
  /// Writes `normal(at: start)`, `normal(at: start + 1)`, …: the same bits as one by one, many at a time.
  public func fillNormals(into values: UnsafeMutableBufferPointer<Double>, startingAt start: UInt64) {
    // Times one plus zero is exact, and no normal is zero.
    fillNormals(into: values, startingAt: start, scale: 1, offset: 0)
  }

  /// Writes `offset + scale · normal(at: start)` and so on, each rounded once: one pass over memory instead of two.
  public func fillNormals(
    into values: UnsafeMutableBufferPointer<Double>, startingAt start: UInt64, scale: Double, offset: Double
  ) {
    guard let base = values.baseAddress else { return }
    var done = 0
    func single(while isWanted: (Int) -> Bool) {
      while done < values.count, isWanted(done) {
        base[done] = offset.addingProduct(scale, normal(at: start &+ UInt64(done)))
        done += 1
      }
    }
    single { (start &+ UInt64($0)) & 31 != 0 }
    let groups = (values.count - done) / 32
    if groups > 0 {
      lockstep_fillNormals(
        base + done, Int64(groups), (start &+ UInt64(done)) >> 2, upper0, upper1, key[0], key[1], scale, offset,
        Self.hasWideVectors)
      done += 32 * groups
    }
    single { _ in true }
  }

  /// Wider vectors give the same bits in less time.
  private static let hasWideVectors: Int32 = {
    #if arch(x86_64)
      lockstep_hasWideVectors()
    #else
      0
    #endif
  }()

  /// Writes `uniform(at: start)`, `uniform(at: start + 1)`, …
  public func fillUniforms(into values: UnsafeMutableBufferPointer<Double>, startingAt start: UInt64) {
    guard let base = values.baseAddress else { return }
    var offset = 0
    if start & 1 != 0, offset < values.count {
      base[0] = uniform(at: start)
      offset = 1
    }
    let groups = (values.count - offset) / 16
    if groups > 0 {
      lockstep_fillUniforms(
        base + offset, Int64(groups), (start &+ UInt64(offset)) >> 1, upper0, upper1, key[0], key[1],
        Self.hasWideVectors)
      offset += 16 * groups
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
