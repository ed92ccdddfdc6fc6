/// How a column's values are stored; the writer measures and records its choice per column per block.
enum ColumnEncoding: UInt8, CaseIterable {
  /// Chunks of bit-packed residuals with patches.
  case packed = 0
  /// Values and lengths of runs, both packed.
  case runs = 1
  /// Distinct values and one index per value, both packed.
  case dictionary = 2
  /// Little-endian integers of a stated byte width in a zstd frame; cold columns only.
  case zstd = 3
  /// Bit planes of dictionary indices; the code column only.
  case planes = 4
}

/// What the stored integers mean.
enum ColumnTransform: UInt8, CaseIterable {
  /// value = base + stored · scale
  case direct = 0
  /// value = base + unzigzag(stored) · scale
  case zigzag = 1
  /// value = value before (base for the first) + stored · scale
  case delta = 2
  /// value = value before (base for the first) + unzigzag(stored) · scale
  case zigzagDelta = 3
}

/// The columns of a block and of a keyframe, by their numbers in the file.
enum ColumnNumber: UInt8, CaseIterable {
  case codes = 0
  case times = 1
  case instruments = 2
  case buyPrices = 3
  case sellPrices = 4
  case quantities = 5
  case slots = 6
  case changes = 7
  case priceChanges = 8

  case localTimes = 16
  case marks = 17
  case orderIdentifiers = 18
  case otherIdentifiers = 19
  case sequences = 20
  case channels = 21
  case sendDeltas = 22
  case origins = 23
  case statedPrices = 24
  case statedQuantities = 25

  case orderCounts = 32
  case orderSlots = 33
  case orderSides = 34
  case orderPrices = 35
  case orderQuantities = 36
  case freeSlots = 37
  case levelCounts = 38
  case levelPrices = 39
  case levelQuantities = 40
  case quoteMarks = 41
  case quotePrices = 42
  case quoteQuantities = 43
  case statuses = 44
  case keyIdentifiers = 48
}

/// One 24-byte line of a section's directory.
struct ColumnEntry: Hashable {
  static let size = 24

  var number: UInt8
  var encoding: UInt8
  var transform: UInt8
  var count: Int
  var length: Int
  var scale: UInt32
  var base: Int64

  init(_ view: ByteView, at offset: Int) throws(FormatFault) {
    number = try view.byte(offset)
    encoding = try view.byte(offset + 1)
    transform = try view.byte(offset + 2)
    count = Int(try view.u32(offset + 4))
    length = Int(try view.u32(offset + 8))
    scale = try view.u32(offset + 12)
    base = try view.i64(offset + 16)
    guard try view.byte(offset + 3) == 0, transform <= 3, encoding <= 4 else {
      throw FormatFault("a column's encoding is unknown", at: view.origin + offset)
    }
  }

  init(
    _ number: ColumnNumber, encoding: ColumnEncoding, transform: ColumnTransform = .direct, count: Int, length: Int,
    scale: UInt32 = 1, base: Int64 = 0
  ) {
    self.number = number.rawValue
    self.encoding = encoding.rawValue
    self.transform = transform.rawValue
    self.count = count
    self.length = length
    self.scale = scale
    self.base = base
  }

  func append(to output: inout [UInt8]) {
    output.append(number)
    output.append(encoding)
    output.append(transform)
    output.append(0)
    output.appendLittleEndian(UInt32(count))
    output.appendLittleEndian(UInt32(length))
    output.appendLittleEndian(scale)
    output.appendLittleEndian(base)
  }

  var isZigzag: Bool { transform & 1 != 0 }
  var isDelta: Bool { transform & 2 != 0 }
}

/// The largest number of events in one block, whatever a file states.
let blockCapacityMax = 65_536
