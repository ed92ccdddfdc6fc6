import CHDF5

/// Which datasets are scales, and who uses them: the two directions that the HDF5 dimension scale specification stores.
struct ScalePlan {
  struct Scale {
    var name: String
    var users: [(dataset: String, axis: Int)] = []
  }

  /// In the order of first use.
  private(set) var scales: [Scale] = []
  /// The scales of each axis; a scale itself has no list.
  private(set) var lists: [(dataset: String, scales: [String])] = []

  init(
    attachments: [(dataset: String, scales: [String])], ranks: [String: Int],
    fault: (_ object: String, _ reason: String) -> HDF5Error
  ) throws(HDF5Error) {
    var places: [String: Int] = [:]
    let declared = Set(attachments.filter { $0.scales == [$0.dataset] }.map(\.dataset))
    for (dataset, names) in attachments {
      for (axis, name) in names.enumerated() {
        guard ranks[name] == 1 else { throw fault(dataset, "its scale \(name) is no dataset of one axis") }
        guard declared.contains(name) else { throw fault(dataset, "its scale \(name) does not name itself as one") }
        let place = places[name] ?? scales.count
        if place == scales.count { scales.append(Scale(name: name)) }
        places[name] = place
        if name != dataset { scales[place].users.append((dataset, axis)) }
      }
      guard names != [dataset] else { continue }
      guard !declared.contains(dataset), !names.contains(dataset) else { throw fault(dataset, "a scale has no scale") }
      lists.append((dataset, names))
    }
  }
}

/// Writes the attributes of the HDF5 dimension scale specification.
struct ScaleWriter {
  let file: hid_t
  let owner: HDF5File

  /// The layout of an entry of REFERENCE_LIST; a compound without padding.
  private static let entrySize = 12

  func mark(_ scale: String, users: [(dataset: String, axis: Int)]) throws(HDF5Error) {
    let dataset = try opened(scale)
    defer { H5Dclose(dataset) }
    try write("DIMENSION_SCALE", key: "CLASS", to: dataset, name: scale)
    try write(scale.split(separator: "/").last.map(String.init) ?? scale, key: "NAME", to: dataset, name: scale)
    guard !users.isEmpty else { return }
    var bytes: [UInt8] = []
    for user in users {
      withUnsafeBytes(of: try reference(to: user.dataset)) { bytes += $0 }
      withUnsafeBytes(of: Int32(user.axis)) { bytes += $0 }
    }
    let type = H5Tcreate(H5T_COMPOUND, Self.entrySize)
    defer { H5Tclose(type) }
    guard type >= 0, H5Tinsert(type, "dataset", 0, chdf5_object_reference()) >= 0,
      H5Tinsert(type, "dimension", 8, chdf5_memory_int32()) >= 0
    else { throw owner.failure("the type of its references cannot be made", scale) }
    try owner.write(bytes, type, type, extent: users.count, key: "REFERENCE_LIST", to: dataset, name: scale)
  }

  func attach(_ scales: [String], to name: String) throws(HDF5Error) {
    let dataset = try opened(name)
    defer { H5Dclose(dataset) }
    var references: [hobj_ref_t] = []
    for scale in scales { references.append(try reference(to: scale)) }
    let type = H5Tvlen_create(chdf5_object_reference())
    defer { H5Tclose(type) }
    guard type >= 0 else { throw owner.failure("the type of its scales cannot be made", name) }
    let count = references.count
    var fault: HDF5Error?
    references.withUnsafeMutableBufferPointer { buffer in
      let lists = (0..<count).map { hvl_t(len: 1, p: buffer.baseAddress! + $0) }
      do throws(HDF5Error) {
        try owner.write(lists, type, type, extent: count, key: "DIMENSION_LIST", to: dataset, name: name)
      } catch let error { fault = error }
    }
    if let fault { throw fault }
  }

  private func opened(_ name: String) throws(HDF5Error) -> hid_t {
    let dataset = H5Dopen2(file, name, chdf5_default())
    guard dataset >= 0 else { throw owner.failure("cannot be opened", name) }
    return dataset
  }

  private func reference(to name: String) throws(HDF5Error) -> hobj_ref_t {
    var reference: hobj_ref_t = 0
    guard H5Rcreate(&reference, file, name, H5R_OBJECT, -1) >= 0 else {
      throw owner.failure("cannot be referred to", name)
    }
    return reference
  }

  /// The specification wants fixed-length text with a NUL at the end.
  private func write(_ text: String, key: String, to object: hid_t, name: String) throws(HDF5Error) {
    let bytes = Array(text.utf8) + [0]
    let type = H5Tcopy(chdf5_c_string())
    defer { H5Tclose(type) }
    guard type >= 0, H5Tset_size(type, bytes.count) >= 0 else {
      throw owner.failure("a text type cannot be made", name)
    }
    try owner.write(bytes, type, type, extent: nil, key: key, to: object, name: name)
  }
}
