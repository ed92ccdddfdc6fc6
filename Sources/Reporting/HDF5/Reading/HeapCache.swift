/// Global heap collections that were read already: where each of their objects lies.
struct HeapCache {
  var collections: [Int: [Int: Range<Int>]] = [:]
}

extension HDF5Reader {
  /// The text of a variable-length reference: length, address of its collection, index in it.
  func text(at place: Int, in bytes: [UInt8]) throws(HDF5Error) -> String {
    func integer(_ offset: Int, _ size: Int) -> UInt64 {
      (0..<size).reversed().reduce(0) { $0 << 8 | UInt64(bytes[place + offset + $1]) }
    }
    guard place + 16 <= bytes.count else { throw file.fault("a reference to a text is cut") }
    let length = Int(integer(0, 4))
    guard length > 0 else { return "" }
    guard let address = Int(exactly: integer(4, 8)), address < file.count else {
      throw file.fault("a text lies beyond the file")
    }
    guard let object = try collection(at: address)[Int(integer(12, 4))], length <= object.count else {
      throw file.fault("a text is not in its heap", at: address)
    }
    try spend(length, "/")
    let content = file.bytes[object.lowerBound..<(object.lowerBound + length)]
    // HDF5 stores the NUL of C strings that its callers hand over, and some writers do not.
    let trimmed = content.last == 0 ? content.dropLast() : content
    guard !trimmed.contains(0), let text = String(validating: trimmed, as: UTF8.self) else {
      throw file.fault("a text is no UTF-8", at: object.lowerBound)
    }
    return text
  }

  /// The objects of a global heap collection, section III.E of the specification.
  private func collection(at address: Int) throws(HDF5Error) -> [Int: Range<Int>] {
    if let known = heap.collections[address] { return known }
    guard file.starts(with: "GCOL", at: address), try file.byte(at: address + 4) == 1 else {
      throw file.fault("there is no heap of texts", at: address)
    }
    let size = try file.place(at: address + 8)
    try file.require(address, size)
    // What is kept of a heap is in proportion to it; overlapping heaps must not be free.
    try spend(size, "/")
    var objects: [Int: Range<Int>] = [:]
    var place = address + 16
    while place + 16 <= address + size {
      let index = Int(try file.integer(at: place, size: 2))
      guard index != 0 else { break }
      let length = try file.place(at: place + 8)
      guard length <= address + size - place - 16 else { throw file.fault("a text leaves its heap", at: place) }
      objects[index] = (place + 16)..<(place + 16 + length)
      place += 16 + (length + 7) / 8 * 8
    }
    heap.collections[address] = objects
    return objects
  }
}
