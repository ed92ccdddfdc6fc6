/// The messages of one object of an HDF5 file: version 2 object headers, sections IV.A.1.b and IV.A.2 of the file format
/// specification.
struct ObjectHeader {
  struct Message {
    var type: Int
    /// Where its data lies in the file.
    var data: Range<Int>
  }

  let messages: [Message]

  /// More than a group of Lockstep's files could have.
  private static let messageLimit = 100_000

  init(_ file: FileBytes, at address: Int) throws(HDF5Error) {
    guard file.starts(with: "OHDR", at: address) else { throw file.fault("there is no object header", at: address) }
    guard try file.byte(at: address + 4) == 2 else {
      throw file.fault("an object header of another version", at: address)
    }
    let flags = try file.byte(at: address + 5)
    var start = address + 6
    if flags & 0x20 != 0 { start += 16 }
    if flags & 0x10 != 0 { start += 4 }
    let width = 1 << (flags & 3)
    let size = try file.place(at: start, size: width)
    start += width
    var messages: [Message] = []
    var waiting = [(start, size)]
    while let (start, size) = waiting.popLast() {
      try file.require(start, size)
      var place = start
      // A rest too short for a message is a gap.
      while start + size - place >= (flags & 4 != 0 ? 6 : 4) {
        let type = try file.byte(at: place)
        let length = Int(try file.integer(at: place + 1, size: 2))
        let isShared = try file.byte(at: place + 3) & 2 != 0
        place += flags & 4 != 0 ? 6 : 4
        guard length <= start + size - place else { throw file.fault("a message is longer than its header", at: place) }
        guard !isShared else { throw file.fault("shared messages are not written by Lockstep", at: place) }
        let data = place..<(place + length)
        place += length
        guard messages.count + waiting.count < Self.messageLimit else {
          throw file.fault("an object with too many parts", at: place)
        }
        messages.append(Message(type: type, data: data))
        guard type == 0x10 else { continue }
        guard length >= 16 else { throw file.fault("a continuation is cut", at: data.lowerBound) }
        let next = try file.place(at: data.lowerBound)
        let nextSize = try file.place(at: data.lowerBound + 8)
        guard file.starts(with: "OCHK", at: next), nextSize >= 8 else {
          throw file.fault("there is no continuation of an object header", at: next)
        }
        waiting.append((next + 4, nextSize - 8))
      }
    }
    self.messages = messages
  }

  func data(_ type: Int) -> Range<Int>? { messages.first { $0.type == type }?.data }
}

/// The type of a dataset or attribute, as far as Lockstep writes it.
enum StoredType: Hashable {
  case number(HDF5Kind)
  /// Variable-length text.
  case text
  /// What dimension scales are made with: skipped.
  case other

  /// Reads a datatype message.
  init(_ file: FileBytes, at offset: Int) throws(HDF5Error) {
    let head = try file.byte(at: offset)
    let bits = Int(try file.integer(at: offset + 1, size: 3))
    let size = Int(try file.integer(at: offset + 4, size: 4))
    switch head & 15 {
    // Bit 0 of the bit field is the byte order, which must be little-endian; bit 3 is the sign.
    case 0 where bits & 1 == 0:
      let precision = Int(try file.integer(at: offset + 10, size: 2))
      switch (size, precision, bits & 8 != 0) {
      case (1, 8, false): self = .number(.uint8)
      case (4, 32, true): self = .number(.int32)
      case (8, 64, true): self = .number(.int64)
      case (8, 64, false): self = .number(.uint64)
      default: self = .other
      }
    case 1 where bits & 0x41 == 0 && size == 8: self = .number(.double)
    case 9 where bits & 15 == 1 && size == 16: self = .text
    default: self = .other
    }
  }
}

/// The extent of a dataset or attribute.
struct StoredExtent {
  let shape: [Int]

  /// The number of values; a scalar has one.
  let count: Int

  /// Reads a dataspace message of version 1 or 2.
  init(_ file: FileBytes, at offset: Int) throws(HDF5Error) {
    let version = try file.byte(at: offset)
    guard version == 1 || version == 2 else { throw file.fault("a dataspace of another version", at: offset) }
    let rank = try file.byte(at: offset + 1)
    guard rank <= 2 else { throw file.fault("more than two axes", at: offset) }
    var place = offset + (version == 1 ? 8 : 4)
    if version == 2, try file.byte(at: offset + 3) == 2 { throw file.fault("a null dataspace", at: offset) }
    var shape: [Int] = []
    var count = 1
    for _ in 0..<rank {
      let value = try file.integer(at: place, size: 8)
      // Bounds the product far below overflow; what the file can really hold is checked when values are read.
      guard value < 1 << 40, let extent = Int(exactly: value) else { throw file.fault("an absurd extent", at: place) }
      shape.append(extent)
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard !overflow, product < 1 << 48 else { throw file.fault("an absurd extent", at: place) }
      count = product
      place += 8
    }
    self.shape = shape
    self.count = count
  }
}
