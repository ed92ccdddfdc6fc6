import MarketTypes
import TestSupport
import Testing

@testable import TickStore

@Suite struct EncodingTests {
  /// Vectors published with xxHash (`xxhsum -H64` of its sanity buffer) and of well-known strings.
  @Test func checksumMatchesPublishedVectors() {
    func hash(_ text: String) -> UInt64 {
      let bytes = Array(text.utf8)
      return bytes.checksum(0..<bytes.count)
    }
    #expect(hash("") == 0xEF46_DB37_51D8_E999)
    #expect(hash("a") == 0xD24E_C4F1_A98C_6E5B)
    #expect(hash("abc") == 0x44BC_2CF5_AD77_0999)
    #expect(hash("Nobody inspects the spammish repetition") == 0xFBCE_A83C_8A37_8BF1)
  }

  @Test func packingHasItsKnownLayout() {
    // Sixteen values of 12 bits are two rows: lane l holds value l in bits 0-11 and value l + 8 in bits 12-23.
    var bytes: [UInt8] = []
    PackedIntegers.pack((0..<16).map { UInt32($0 * 0x111) }, width: 12, into: &bytes)
    #expect(bytes.count == 32)
    for lane in 0..<8 {
      let word = UInt32(lane * 0x111) | UInt32((lane + 8) * 0x111) << 12
      #expect(Array(bytes[lane * 4..<lane * 4 + 4]) == (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) })
    }
    // A third row straddles: its bits 24-35 begin in the first word and end in the second.
    bytes = []
    PackedIntegers.pack((0..<24).map { _ in 0xABC }, width: 12, into: &bytes)
    #expect(bytes.count == 64)
    #expect(Array(bytes[0..<4]) == [0xBC, 0xCA, 0xAB, 0xBC] && Array(bytes[32..<36]) == [0x0A, 0, 0, 0])
  }

  @Test(arguments: 0...32)
  func unpackingAgreesWithTheNaiveTwin(width: Int) {
    var generator = SeededGenerator(seed: UInt64(width))
    let mask = width == 32 ? UInt32.max : (1 << UInt32(width)) - 1
    for count in [1, 7, 8, 9, 63, 256, 1_000, 1_024] {
      let values = (0..<count).map { _ in UInt32(truncatingIfNeeded: generator.next()) & mask }
      var bytes: [UInt8] = []
      PackedIntegers.pack(values, width: width, into: &bytes)
      #expect(bytes.count == PackedIntegers.packedBytes(rows: PackedIntegers.rows(count), width: width))
      #expect(NaiveUnpacker.unpack(bytes, width: width, count: count) == values)
      var output = [UInt32](repeating: 0, count: count + 8)
      bytes.withUnsafeBytes { source in
        output.withUnsafeMutableBufferPointer { target in
          PackedIntegers.unpack(
            source.baseAddress ?? UnsafeRawPointer(target.baseAddress!), width: width,
            rows: PackedIntegers.rows(count), base: 5, into: target.baseAddress!)
        }
      }
      #expect(Array(output[..<count]) == values.map { $0 &+ 5 })
    }
  }

  @Test(arguments: [ColumnEncoding.packed, .runs, .dictionary, .zstd])
  func everyEncodingOfEveryColumnSurvives(encoding: ColumnEncoding) throws {
    let folder = try TemporaryFolder()
    for (seed, block) in [(1, 50), (2, 700), (3, 2_000)] as [(UInt64, Int)] {
      var random = RandomEvents(seed: seed, instrumentCount: 3)
      var options = options(block: block)
      options.allowedEncodings = [encoding]
      let path = folder.path("forced.ticks")
      let expected = try write(random.steps(2_000), to: path, options: options, instrumentCount: 3)
      let file = try TickFile(path: path)
      #expect(try readAll(file) == expected)
      let used = Set(try TickInspection(file).columns.flatMap { $0.encodings.keys })
      #expect(used.contains("\(encoding)"))
    }
  }

  @Test func coarseClocksAndLongGapsSurvive() throws {
    let folder = try TemporaryFolder()
    for scale in [1, 1_000, 1_000_000, 1_000_000_000, 86_400_000_000_000] as [Int64] {
      var generator = SeededGenerator(seed: UInt64(scale))
      var time: Int64 = 1_600_000_000_000_000_000
      let events = (0..<3_000).map { index in
        time += Int64(generator.next() % 5) * scale
        return MarketEvent(
          kind: .trade, exchangeTime: Timestamp(nanoseconds: time), side: .buy, price: Price(ticks: 7),
          quantity: Quantity(lots: 1 << Int64(index % 63)))
      }
      let path = folder.path("clock.ticks")
      try write(events.map { RandomEvents.Step(event: $0) }, to: path, options: options(block: 1_500))
      let file = try TickFile(path: path)
      #expect(try readAll(file) == events)
      #expect(try readHot(file).map(\.time) == events.map(\.exchangeTime.nanoseconds))
    }
  }

  @Test func paddingThatHoldsCodesIsRefused() throws {
    var bytes = CodeColumn.encode((0..<100).map { UInt8($0 % 3) })
    bytes[bytes.count - 1] |= 0x80
    let mapping = MappedFile(bytes: bytes)
    var output = [UInt8](repeating: 0, count: 512)
    #expect(throws: FormatFault.self) {
      try output.withUnsafeMutableBufferPointer {
        try CodeColumn.decode(mapping.view, count: 100, into: $0.baseAddress!)
      }
    }
  }

  @Test func manyCodesFallBackToPlainBytes() throws {
    let codes = (0..<600).map { UInt8(($0 % 17) | ($0 % 8) << 5) }
    let bytes = CodeColumn.encode(codes)
    #expect(bytes.first == 0)
    for codes in [codes, Array(codes.prefix(31)), [codes[0]], Array(repeating: 0x43, count: 700)] {
      let bytes = CodeColumn.encode(codes)
      let mapping = MappedFile(bytes: bytes)
      var output = [UInt8](repeating: 0, count: codes.count + 256)
      var totals = OperandTotals()
      for code in codes { _ = totals.add(EventCode(rawValue: code), times: 1) }
      let decoded = try output.withUnsafeMutableBufferPointer {
        try CodeColumn.decode(mapping.view, count: codes.count, into: $0.baseAddress!)
      }
      #expect(Array(output[..<codes.count]) == codes)
      #expect(decoded == totals)
    }
  }
}
