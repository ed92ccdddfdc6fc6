import Numerics
import Testing

@Suite struct PhiloxTests {
  /// The known-answer vectors published with Random123 (kat_vectors, philox4x32 10).
  @Test(arguments: [
    (
      SIMD4<UInt32>(repeating: 0), SIMD2<UInt32>(repeating: 0),
      SIMD4<UInt32>(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8)
    ),
    (
      SIMD4<UInt32>(repeating: 0xffff_ffff), SIMD2<UInt32>(repeating: 0xffff_ffff),
      SIMD4<UInt32>(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd)
    ),
    (
      SIMD4<UInt32>(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344), SIMD2<UInt32>(0xa409_3822, 0x299f_31d0),
      SIMD4<UInt32>(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1)
    ),
  ])
  func publishedVectors(counter: SIMD4<UInt32>, key: SIMD2<UInt32>, expected: SIMD4<UInt32>) {
    #expect(Philox4x32.block(counter: counter, key: key) == expected)
  }

  @Test func bulkFillsEqualSingleDraws() {
    for (start, count) in [(UInt64(0), 64), (5, 100), (16, 7), (31, 33), (1 << 40 | 3, 50), (0xFFFF_FFFF_0, 64)] {
      let stream = RandomStream(seed: 0x1234_5678_9abc_def0, stream: 77 << 33 | 5)
      let normals = stream.normals(count: count, startingAt: start)
      var uniforms = [Double](repeating: 0, count: count)
      uniforms.withUnsafeMutableBufferPointer { stream.fillUniforms(into: $0, startingAt: start) }
      for offset in 0..<count {
        #expect(normals[offset].bitPattern == stream.normal(at: start + UInt64(offset)).bitPattern)
        #expect(uniforms[offset] == stream.uniform(at: start + UInt64(offset)))
      }
    }
  }

  @Test func scaledFillsAreScaledDraws() {
    for (start, count) in [(UInt64(0), 64), (5, 100), (31, 33)] {
      let stream = RandomStream(seed: 9, stream: 2)
      var values = [Double](repeating: 0, count: count)
      values.withUnsafeMutableBufferPointer {
        stream.fillNormals(into: $0, startingAt: start, scale: 0.3, offset: -0.01)
      }
      for offset in 0..<count {
        #expect(values[offset] == (-0.01).addingProduct(0.3, stream.normal(at: start + UInt64(offset))))
      }
    }
  }
}
