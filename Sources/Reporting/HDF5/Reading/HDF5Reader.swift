/// Reads HDF5 files that Lockstep wrote.
///
/// HDF5's own library crashes on damaged files, and a result may come from anywhere. This reader knows just the parts of
/// the format that `HDF5File` writes, and any bytes give values or an error with the place and the reason. Memory is bound
/// by the file's size: deflate never expands more than 1032 times, so what claims more is refused.
final class HDF5Reader {
  let file: FileBytes
  /// Addresses of all objects by their path; the root is "/".
  private var addresses: [String: Int] = ["/": 0]
  private var headers: [String: ObjectHeader] = [:]
  /// Bytes of values that may still be made from this file.
  var budget: Int
  var heap = HeapCache()

  /// More objects than any result has.
  private static let objectLimit = 10_000
  private static let depthLimit = 16
  static let fileLimit = 1 << 32

  init(_ bytes: [UInt8], name: String) throws(HDF5Error) {
    file = FileBytes(name: name, bytes: bytes)
    budget = 65_536 + bytes.count * 1100
    guard bytes.starts(with: [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]) else {
      throw file.fault("is no HDF5 file")
    }
    guard Superblock.isSound(bytes) else { throw file.fault("has no sound superblock of version 2") }
    guard try file.integer(at: 12, size: 8) == 0 else { throw file.fault("has a user block") }
    guard try file.place(at: 28) == bytes.count else { throw file.fault("is cut, or longer than it says") }
    addresses["/"] = try file.place(at: 36)
    try walk("/", depth: 0)
  }

  /// The whole of a file that is no bigger than `limit` bytes.
  static func contents(of path: String, limit: Int = fileLimit) throws(HDF5Error) -> [UInt8] {
    do {
      return try RegularFile.contents(of: path, limit: limit)
    } catch { throw HDF5Error(file: path, reason: error.reason) }
  }

  var paths: Dictionary<String, Int>.Keys { addresses.keys }

  func has(_ path: String) -> Bool { addresses[path] != nil }

  func header(_ path: String) throws(HDF5Error) -> ObjectHeader {
    if let header = headers[path] { return header }
    guard let address = addresses[path] else { throw file.fault("is missing", in: path) }
    let header = try ObjectHeader(file, at: address)
    // Many paths may lead to one large object; none of them is free.
    try spend(64 * header.messages.count, path)
    headers[path] = header
    return header
  }

  private func walk(_ path: String, depth: Int) throws(HDF5Error) {
    guard depth < Self.depthLimit else { throw file.fault("groups are nested too deep", in: path) }
    let header = try header(path)
    for message in header.messages {
      switch message.type {
      case 0x02, 0x15:
        // Link and attribute info: with a heap of its own the object was not written by Lockstep.
        let flags = try file.byte(at: message.data.lowerBound + 1)
        let skipped = message.type == 2 ? 8 : 2
        let heap = message.data.lowerBound + 2 + (flags & 1 != 0 ? skipped : 0)
        guard try file.integer(at: heap, size: 8) == .max else {
          throw file.fault("its parts are in a heap, which Lockstep does not write", in: path)
        }
      case 0x06:
        guard let (name, address) = try link(message.data) else { continue }
        let child = (path == "/" ? "/" : path + "/") + name
        guard addresses[child] == nil else { throw file.fault("stands twice", in: child) }
        guard addresses.count < Self.objectLimit else { throw file.fault("holds too many objects") }
        addresses[child] = address
        try walk(child, depth: depth + 1)
      default: break
      }
    }
  }

  /// The name and address of a hard link; nil for any other.
  private func link(_ data: Range<Int>) throws(HDF5Error) -> (String, Int)? {
    guard try file.byte(at: data.lowerBound) == 1 else {
      throw file.fault("a link of another version", at: data.lowerBound)
    }
    let flags = try file.byte(at: data.lowerBound + 1)
    var place = data.lowerBound + 2
    if flags & 8 != 0 {
      guard try file.byte(at: place) == 0 else { return nil }
      place += 1
    }
    if flags & 4 != 0 { place += 8 }
    if flags & 0x10 != 0 { place += 1 }
    let width = 1 << (flags & 3)
    let length = try file.place(at: place, size: width)
    place += width
    guard length > 0, place + length + 8 <= data.upperBound else { throw file.fault("a link is cut", at: place) }
    guard let name = String(validating: file.bytes[place..<(place + length)], as: UTF8.self), !name.contains("/") else {
      throw file.fault("the name of a link is no UTF-8", at: place)
    }
    return (name, try file.place(at: place + length))
  }

  /// The attributes of an object that Lockstep can read, by name.
  func attributes(of path: String) throws(HDF5Error) -> [String: HDF5Attribute] {
    var result: [String: HDF5Attribute] = [:]
    for message in try header(path).messages where message.type == 0x0C {
      let start = message.data.lowerBound
      guard try file.byte(at: start) == 3 else { throw file.fault("an attribute of another version", at: start) }
      let sizes = [
        Int(try file.integer(at: start + 2, size: 2)), Int(try file.integer(at: start + 4, size: 2)),
        Int(try file.integer(at: start + 6, size: 2)),
      ]
      let nameStart = start + 9
      let typeStart = nameStart + sizes[0]
      let spaceStart = typeStart + sizes[1]
      let valueStart = spaceStart + sizes[2]
      guard sizes[0] > 0, valueStart <= message.data.upperBound else {
        throw file.fault("an attribute is cut", at: start)
      }
      let nameBytes = file.bytes[nameStart..<typeStart].prefix { $0 != 0 }
      guard let name = String(validating: nameBytes, as: UTF8.self) else {
        throw file.fault("the name of an attribute is no UTF-8", at: nameStart)
      }
      let type = try StoredType(file, at: typeStart)
      // Arrays belong to dimension scales.
      guard type != .other, try StoredExtent(file, at: spaceStart).shape.isEmpty else { continue }
      result[name] = try attribute(type, at: valueStart, end: message.data.upperBound)
    }
    return result
  }

  private func attribute(_ type: StoredType, at place: Int, end: Int) throws(HDF5Error) -> HDF5Attribute? {
    switch type {
    case .text:
      guard end - place >= 16 else { throw file.fault("an attribute is cut", at: place) }
      return .text(try text(at: place, in: file.bytes))
    case .number(let kind):
      guard end - place >= kind.size else { throw file.fault("an attribute is cut", at: place) }
      let bits = try file.integer(at: place, size: kind.size)
      switch kind {
      case .double: return .real(Double(bitPattern: bits))
      case .uint64, .uint8: return .unsigned(bits)
      case .int64: return .integer(Int64(bitPattern: bits))
      case .int32: return .integer(Int64(Int32(truncatingIfNeeded: bits)))
      case .text: return nil
      }
    case .other: return nil
    }
  }

  /// Takes bytes from the budget.
  func spend(_ count: Int, _ path: String) throws(HDF5Error) {
    guard count <= budget else { throw file.fault("holds more than a file of this size can", in: path) }
    budget -= count
  }
}
