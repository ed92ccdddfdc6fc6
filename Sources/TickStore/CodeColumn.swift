import MarketTypes

/// How many values of each operand column the codes of a block read.
struct OperandTotals: Hashable {
  var buyPrices = 0
  var sellPrices = 0
  var quantities = 0
  var slots = 0
  var changes = 0
  var priceChanges = 0

  /// Adds the operands of `times` events with this code; false when the operation is unknown.
  mutating func add(_ code: EventCode, times: Int) -> Bool {
    guard let operation = code.operation else { return false }
    let operands = operation.operands
    switch operation {
    case .quote:
      buyPrices += times
      sellPrices += times
    case .bar: buyPrices += 4 * times
    default:
      if code.sideIndex == 0 { buyPrices += operands.prices * times } else { sellPrices += operands.prices * times }
    }
    quantities += operands.quantities * times
    slots += operands.slots * times
    changes += operands.changes * times
    priceChanges += operands.priceChanges * times
    return true
  }
}

/// The code column: a dictionary of at most 32 codes and, per 256 events, one 32-byte bit plane per index bit.
///
/// Bit *k* of byte *l* of plane *p* is bit *p* of the index of event *32k + l*. A block with more codes stores them as
/// plain bytes.
enum CodeColumn {
  static let dictionaryMax = 32
  static let group = 256

  static func indexWidth(_ entries: Int) -> Int { entries <= 1 ? 0 : Int.bitWidth - (entries - 1).leadingZeroBitCount }

  static func encode(_ codes: [UInt8]) -> [UInt8] {
    var counts = [Int](repeating: 0, count: 256)
    for code in codes { counts[Int(code)] += 1 }
    let dictionary = (0..<256).filter { counts[$0] > 0 }.map { UInt8($0) }
    guard dictionary.count <= dictionaryMax else { return [0] + codes }
    var bytes = [UInt8(dictionary.count)] + dictionary
    let width = indexWidth(dictionary.count)
    guard width > 0 else { return bytes }
    var indices = [UInt8](repeating: 0, count: 256)
    for (index, code) in dictionary.enumerated() { indices[Int(code)] = UInt8(index) }
    var start = 0
    while start < codes.count {
      var planes = [UInt8](repeating: 0, count: width * 32)
      for place in 0..<min(group, codes.count - start) {
        let index = indices[Int(codes[start + place])]
        // Without a branch on the bit: which code comes next cannot be predicted.
        for plane in 0..<width {
          planes[plane &* 32 &+ (place & 31)] |= ((index &>> UInt8(plane)) & 1) &<< UInt8(place &>> 5)
        }
      }
      bytes.append(contentsOf: planes)
      start += group
    }
    return bytes
  }

  /// Writes the codes and returns the operands they read. `output` has room for `count` rounded up to 256.
  static func decode(
    _ view: ByteView, count: Int, into output: UnsafeMutablePointer<UInt8>
  ) throws(FormatFault) -> OperandTotals {
    let entries = Int(try view.byte(0))
    guard entries > 0 else { return try unsafe decodePlain(view, count: count, into: output) }
    guard entries <= dictionaryMax else { throw FormatFault("the code dictionary is too large", at: view.origin) }
    let width = indexWidth(entries)
    guard count > 0 else { throw FormatFault("a block has no events", at: view.origin) }
    let groups = (count + group - 1) / group
    guard view.count == 1 + entries + groups * width * 32 else {
      throw FormatFault("the code column's length does not fit its events", at: view.origin)
    }
    let codes = unsafe view.base + 1
    let planes = unsafe codes + entries
    var counts = InlineArray<32, Int>(repeating: 0)
    if width == 0 {
      counts[0] = count
      unsafe output.update(repeating: codes.load(as: UInt8.self), count: count)
    } else {
      var dictionary = InlineArray<32, UInt8>(repeating: 0)
      for index in 0..<entries { dictionary[index] = unsafe codes.load(fromByteOffset: index, as: UInt8.self) }
      var varying: UInt8 = 0
      for index in 1..<entries { varying |= dictionary[index] ^ dictionary[0] }
      for number in 0..<groups {
        unsafe expand(
          planes + number * width * 32, width: width, entries: entries, dictionary, varying: varying,
          into: output + number * group, counts: &counts)
      }
      // The padding must be index 0 indeed: otherwise it would be counted as events of another code.
      let last = unsafe planes + (groups - 1) * width * 32
      for place in (count - (groups - 1) * group)..<group {
        for plane in 0..<width {
          let byte = unsafe last.load(fromByteOffset: plane * 32 + (place & 31), as: UInt8.self)
          guard byte >> UInt8(place >> 5) & 1 == 0 else {
            throw FormatFault("the code column's padding is not zero", at: view.origin)
          }
        }
      }
      counts[0] -= groups * group - count
      var total = 0
      for index in 0..<entries { total += counts[index] }
      guard total == count, counts[0] >= 0 else { throw FormatFault("a code index is too large", at: view.origin) }
    }
    var totals = OperandTotals()
    for index in 0..<entries {
      let code = unsafe EventCode(rawValue: codes.load(fromByteOffset: index, as: UInt8.self))
      guard totals.add(code, times: counts[index]) else {
        throw FormatFault("an operation is unknown", at: view.origin)
      }
    }
    return totals
  }

  private static func decodePlain(
    _ view: ByteView, count: Int, into output: UnsafeMutablePointer<UInt8>
  ) throws(FormatFault) -> OperandTotals {
    guard view.count == count + 1 else {
      throw FormatFault("the code column's length does not fit its events", at: view.origin)
    }
    var counts = InlineArray<256, Int>(repeating: 0)
    for index in 0..<count {
      let code = unsafe view.base.load(fromByteOffset: index + 1, as: UInt8.self)
      unsafe output[index] = code
      counts[Int(code)] += 1
    }
    var totals = OperandTotals()
    for code in 0..<256 where counts[code] > 0 {
      guard totals.add(EventCode(rawValue: UInt8(code)), times: counts[code]) else {
        throw FormatFault("an operation is unknown", at: view.origin)
      }
    }
    return totals
  }

  /// One group of 256. Splits the events plane by plane into one bit set per dictionary entry, counts the sets, joins
  /// them to one bit set per code bit, and spreads those to bytes; no step depends on an event.
  @inline(__always)
  private static func expand(
    _ planes: UnsafeRawPointer, width: Int, entries: Int, _ dictionary: InlineArray<32, UInt8>, varying: UInt8,
    into output: UnsafeMutablePointer<UInt8>, counts: inout InlineArray<32, Int>
  ) {
    var sets = InlineArray<32, SIMD4<UInt64>>(repeating: SIMD4(repeating: 0))
    sets[0] = SIMD4(repeating: .max)
    for plane in 0..<width {
      let bits = unsafe planes.loadUnaligned(fromByteOffset: plane &* 32, as: SIMD4<UInt64>.self)
      let size = 1 &<< plane
      for index in 0..<size {
        sets[index &+ size] = sets[index] & bits
        sets[index] &= ~bits
      }
    }
    for entry in 0..<entries {
      let set = sets[entry]
      counts[entry] &+=
        set[0].nonzeroBitCount &+ set[1].nonzeroBitCount &+ set[2].nonzeroBitCount &+ set[3].nonzeroBitCount
    }
    // Shifting 16-bit lanes is cheap where 8-bit shifts do not exist; the mask drops what crossed between bytes.
    let ones = SIMD16<UInt16>(repeating: 0x0101)
    let constant = UInt16(dictionary[0] & ~varying)
    var row0 = SIMD16<UInt16>(repeating: constant &* 0x0101)
    var (row1, row2, row3, row4, row5, row6, row7) = (row0, row0, row0, row0, row0, row0, row0)
    var rest = varying
    while rest != 0 {
      let bit = rest.trailingZeroBitCount
      rest &= rest &- 1
      var joined = SIMD4<UInt64>(repeating: 0)
      for entry in 0..<entries where dictionary[entry] &>> UInt8(bit) & 1 != 0 { joined |= sets[entry] }
      let plane = unsafe unsafeBitCast(joined, to: SIMD16<UInt16>.self)
      let shift = SIMD16<UInt16>(repeating: UInt16(truncatingIfNeeded: bit))
      row0 |= (plane & ones) &<< shift
      row1 |= ((plane &>> 1) & ones) &<< shift
      row2 |= ((plane &>> 2) & ones) &<< shift
      row3 |= ((plane &>> 3) & ones) &<< shift
      row4 |= ((plane &>> 4) & ones) &<< shift
      row5 |= ((plane &>> 5) & ones) &<< shift
      row6 |= ((plane &>> 6) & ones) &<< shift
      row7 |= ((plane &>> 7) & ones) &<< shift
    }
    let target = UnsafeMutableRawPointer(output)
    unsafe target.storeBytes(of: row0, toByteOffset: 0, as: SIMD16<UInt16>.self)
    unsafe target.storeBytes(of: row1, toByteOffset: 32, as: SIMD16<UInt16>.self)
    unsafe target.storeBytes(of: row2, toByteOffset: 64, as: SIMD16<UInt16>.self)
    unsafe target.storeBytes(of: row3, toByteOffset: 96, as: SIMD16<UInt16>.self)
    unsafe target.storeBytes(of: row4, toByteOffset: 128, as: SIMD16<UInt16>.self)
    unsafe target.storeBytes(of: row5, toByteOffset: 160, as: SIMD16<UInt16>.self)
    unsafe target.storeBytes(of: row6, toByteOffset: 192, as: SIMD16<UInt16>.self)
    unsafe target.storeBytes(of: row7, toByteOffset: 224, as: SIMD16<UInt16>.self)
  }
}
