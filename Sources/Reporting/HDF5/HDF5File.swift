import CHDF5
import Glibc

/// Writes one HDF5 file that appears under its name only when it is complete, with the same bytes for the same content.
///
/// Equal bytes need: no times in object headers, format versions that do not follow the installed library, files written
/// by one thread in one order, and no padding from memory; the last is why dimension scales are attached here and not by
/// HDF5's own high-level library, whose reference lists carry four undefined bytes per entry.
///
/// Chunks go to the disk as they come, so memory does not grow with the file. HDF5's releases 1.10 crash while cleaning up
/// after a full disk and so never learn of one: the driver in the shim keeps the fault, and every step here looks for it.
/// An instance belongs to one thread at a time.
public final class HDF5File {
  private let path: String
  private let temporary: String
  private var file: hid_t = -1
  private var descriptor: Int32 = -1
  /// The rank of every dataset so far.
  private var ranks: [String: Int] = [:]
  private var groups: Set<String> = []
  /// Datasets with the scales of their axes, in the order of writing.
  private var attachments: [(dataset: String, scales: [String])] = []

  /// What the driver tells of the disk.
  private let disk: UnsafeMutablePointer<chdf5_disk_state>

  private static let deflateLevel: UInt32 = 4
  /// Chunks compressed side by side before they are written in their order: four megabytes of values.
  private static let chunksAtOnce = 16
  /// Registered once; HDF5 counts drivers and not their users.
  private static let driver: hid_t = chdf5_register_disk()

  /// Begins the file beside `path`.
  public convenience init(path: String) throws(HDF5Error) { try self.init(path: path, failingWrite: nil) }

  /// With `failingWrite`, that write of the driver fails as on a full disk.
  init(path: String, failingWrite: Int?) throws(HDF5Error) {
    self.path = path
    temporary = path + ".\(getpid()).partial"
    disk = .allocate(capacity: 1)
    disk.initialize(to: chdf5_disk_state(fault: 0, writes: 0, failing_write: failingWrite ?? -1))
    chdf5_be_silent()
    let creation = H5Pcreate(chdf5_file_creation())
    let access = H5Pcreate(chdf5_file_access())
    defer {
      H5Pclose(creation)
      H5Pclose(access)
    }
    // Format versions of release 1.8: the oldest that can leave times out, so that every reader of today opens it.
    guard creation >= 0, access >= 0, H5Pset_obj_track_times(creation, false) >= 0, Self.keepInHeader(creation),
      H5Pset_link_phase_change(creation, 65_535, 0) >= 0,
      H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_V18) >= 0,
      H5Pset_fclose_degree(access, H5F_CLOSE_STRONG) >= 0
    else { throw failure("HDF5 cannot be set up") }
    descriptor = open(temporary, O_CREAT | O_RDWR | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw systemFailure("cannot be created") }
    guard chdf5_use_descriptor(access, Self.driver, descriptor, disk) >= 0 else {
      abandon()
      throw failure("HDF5 cannot be set up")
    }
    file = H5Fcreate(temporary, chdf5_truncate(), creation, access)
    guard file >= 0 else {
      abandon()
      throw failure("cannot be begun")
    }
  }

  deinit {
    abandon()
    disk.deallocate()
  }

  /// Writes that the driver was asked for so far.
  var writeCount: Int { disk.pointee.writes }

  private func abandon() {
    chdf5_be_silent()
    if file >= 0 { H5Fclose(file) }
    file = -1
    guard descriptor >= 0 else { return }
    Glibc.close(descriptor)
    descriptor = -1
    unlink(temporary)
  }

  /// Makes the group at `path` with all groups above it, unless they exist.
  public func addGroup(_ path: String) throws(HDF5Error) {
    try requireOpen()
    var name = ""
    for part in try parts(of: path) {
      name += "/" + part
      if groups.contains(name) { continue }
      guard ranks[name] == nil else { throw misuse("is a dataset, not a group", name) }
      let creation = H5Pcreate(chdf5_group_creation())
      defer { H5Pclose(creation) }
      guard creation >= 0, H5Pset_obj_track_times(creation, false) >= 0, Self.keepInHeader(creation),
        H5Pset_link_phase_change(creation, 65_535, 0) >= 0
      else { throw failure("cannot be set up", name) }
      let group = H5Gcreate2(file, name, chdf5_default(), creation, chdf5_default())
      guard group >= 0 else { throw failure("the group cannot be created", name) }
      H5Gclose(group)
      groups.insert(name)
    }
  }

  /// Writes a dataset of one axis, compressed unless it is small.
  ///
  /// `scale` names the dataset of the coordinates along the axis; a dataset that names itself is such a scale.
  public func addDataset(
    _ path: String, _ values: HDF5Column, scale: String? = nil, attributes: KeyValuePairs<String, HDF5Attribute> = [:]
  ) throws(HDF5Error) {
    try addDataset(path, values, shape: [values.count], scales: scale.map { [$0] } ?? [], attributes: attributes)
  }

  /// Writes a dataset of one or two axes, row by row and compressed unless it is small; `scales` are none or one for each axis.
  public func addDataset(
    _ path: String, _ values: HDF5Column, shape: [Int], scales: [String],
    attributes: KeyValuePairs<String, HDF5Attribute> = [:]
  ) throws(HDF5Error) {
    try requireOpen()
    let parts = try parts(of: path)
    let name = "/" + parts.joined(separator: "/")
    guard ranks[name] == nil, !groups.contains(name) else { throw misuse("is there already", name) }
    guard shape.count == 1 || shape.count == 2, shape.allSatisfy({ $0 >= 0 }), shape.last != 0 || shape.count == 1,
      let (size, overflow) = shape.count == 1
        ? (shape[0], false) : Optional(shape[0].multipliedReportingOverflow(by: shape[1])),
      !overflow, size == values.count
    else { throw misuse("\(values.count) values do not fill a dataset of shape \(shape)", name) }
    guard scales.isEmpty || scales.count == shape.count else { throw misuse("each axis needs one scale", name) }
    var scaleNames: [String] = []
    for scale in scales { scaleNames.append("/" + (try self.parts(of: scale)).joined(separator: "/")) }
    if case .text(let texts) = values, texts.contains(where: { $0.utf8.contains(0) }) {
      throw misuse("a text holds a NUL, which HDF5 strings cannot", name)
    }
    if parts.count > 1 { try addGroup(parts.dropLast().joined(separator: "/")) }
    let plan = ChunkPlan(shape: shape, kind: values.kind)
    let dataset = try create(name, values.kind, plan: plan)
    defer { H5Dclose(dataset) }
    ranks[name] = shape.count
    if size > 0 { try write(values, plan: plan, to: dataset, name: name) }
    for (key, value) in attributes { try write(value, key: key, to: dataset, name: name) }
    if !scaleNames.isEmpty { attachments.append((name, scaleNames)) }
  }

  /// Adds an attribute to a group or dataset; "/" is the file itself.
  public func setAttribute(_ key: String, _ value: HDF5Attribute, of path: String) throws(HDF5Error) {
    try requireOpen()
    let name = path == "/" ? "/" : "/" + (try parts(of: path)).joined(separator: "/")
    let object = H5Oopen(file, name, chdf5_default())
    guard object >= 0 else { throw misuse("is not in the file", name) }
    defer { H5Oclose(object) }
    try write(value, key: key, to: object, name: name)
  }

  /// Completes the file and lets it appear under its name.
  public func finish() throws(HDF5Error) {
    try requireOpen()
    do throws(HDF5Error) {
      try attachScales()
      try close()
      guard fsync(descriptor) == 0 else { throw systemFailure("cannot be synced") }
      guard rename(temporary, path) == 0 else { throw systemFailure("cannot be renamed into place") }
    } catch {
      abandon()
      throw error
    }
    Glibc.close(descriptor)
    descriptor = -1
    try syncFolder()
  }

  /// Lets HDF5 write what it still holds.
  private func close() throws(HDF5Error) {
    let closed = H5Fclose(file)
    file = -1
    try requireWritten()
    guard closed >= 0 else { throw failure("cannot be closed") }
  }

  /// Says what the disk refused.
  private func requireWritten() throws(HDF5Error) {
    guard disk.pointee.fault != 0 else { return }
    throw HDF5Error(file: path, reason: "cannot be written: \(String(cString: strerror(disk.pointee.fault)))")
  }

  /// The name itself lasts only once its folder is on disk. A folder that may be written but not read cannot be synced by
  /// anybody, and some file systems sync no folders and say so.
  private func syncFolder() throws(HDF5Error) {
    let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
    let folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    let handle = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard handle >= 0 else {
      if errno == EACCES { return }
      throw systemFailure("is whole, but its folder cannot be opened to sync its name")
    }
    let reason = fsync(handle) == 0 ? 0 : errno
    Glibc.close(handle)
    guard reason == 0 || reason == EINVAL else {
      errno = reason
      throw systemFailure("is whole, but its name cannot be synced and may not outlast a loss of power")
    }
  }

  // MARK: - Datasets

  private func create(_ name: String, _ kind: HDF5Kind, plan: ChunkPlan) throws(HDF5Error) -> hid_t {
    let extent = plan.shape.map { hsize_t($0) }
    var limit = extent
    // What is stored in chunks can grow along its first axis.
    if plan.isChunked { limit[0] = chdf5_unlimited() }
    let space = H5Screate_simple(Int32(extent.count), extent, limit)
    let creation = H5Pcreate(chdf5_dataset_creation())
    let type = try fileType(of: kind)
    defer {
      H5Sclose(space)
      H5Pclose(creation)
      H5Tclose(type)
    }
    guard space >= 0, creation >= 0, H5Pset_obj_track_times(creation, false) >= 0,
      H5Pset_fill_time(creation, H5D_FILL_TIME_ALLOC) >= 0, Self.keepInHeader(creation)
    else { throw failure("the dataset cannot be set up", name) }
    if plan.isChunked {
      guard H5Pset_chunk(creation, Int32(plan.chunk.count), plan.chunk.map { hsize_t($0) }) >= 0,
        H5Pset_shuffle(creation) >= 0, H5Pset_deflate(creation, Self.deflateLevel) >= 0
      else { throw failure("the dataset cannot be set up", name) }
    }
    let dataset = H5Dcreate2(file, name, type, space, chdf5_default(), creation, chdf5_default())
    guard dataset >= 0 else { throw failure("the dataset cannot be created", name) }
    return dataset
  }

  /// Attributes stay in the object's header, however many: one place to read, whatever the reader.
  private static func keepInHeader(_ creation: hid_t) -> Bool {
    H5Pset_attr_phase_change(creation, 65_535, 0) >= 0
  }

  private func fileType(of kind: HDF5Kind) throws(HDF5Error) -> hid_t {
    switch kind {
    case .uint8: H5Tcopy(chdf5_file_uint8())
    case .int32: H5Tcopy(chdf5_file_int32())
    case .int64: H5Tcopy(chdf5_file_int64())
    case .uint64: H5Tcopy(chdf5_file_uint64())
    case .double: H5Tcopy(chdf5_file_double())
    case .text: try variableText()
    }
  }

  private func variableText() throws(HDF5Error) -> hid_t {
    let type = H5Tcopy(chdf5_c_string())
    guard type >= 0, H5Tset_size(type, chdf5_variable_length()) >= 0, H5Tset_cset(type, H5T_CSET_UTF8) >= 0 else {
      H5Tclose(type)
      throw failure("the text type cannot be made")
    }
    return type
  }

  private func write(_ values: HDF5Column, plan: ChunkPlan, to dataset: hid_t, name: String) throws(HDF5Error) {
    if plan.isChunked { return try writeChunks(values, plan, to: dataset, name: name) }
    let all = chdf5_whole_space()
    let status: herr_t
    switch values {
    case .uint8(let numbers): status = H5Dwrite(dataset, chdf5_memory_uint8(), all, all, chdf5_default(), numbers)
    case .int32(let numbers): status = H5Dwrite(dataset, chdf5_memory_int32(), all, all, chdf5_default(), numbers)
    case .int64(let numbers): status = H5Dwrite(dataset, chdf5_memory_int64(), all, all, chdf5_default(), numbers)
    case .uint64(let numbers): status = H5Dwrite(dataset, chdf5_memory_uint64(), all, all, chdf5_default(), numbers)
    case .double(let numbers): status = H5Dwrite(dataset, chdf5_memory_double(), all, all, chdf5_default(), numbers)
    case .text(let texts):
      let type = try variableText()
      defer { H5Tclose(type) }
      status = Self.withPointers(to: texts) { H5Dwrite(dataset, type, all, all, chdf5_default(), $0) }
    }
    guard status >= 0 else { throw failure("the values cannot be written", name) }
  }

  /// Compresses the chunks here and hands them over finished: HDF5's own filter takes twice as long.
  private func writeChunks(
    _ values: HDF5Column, _ plan: ChunkPlan, to dataset: hid_t, name: String
  ) throws(HDF5Error) {
    for first in stride(from: 0, to: plan.chunkCount, by: Self.chunksAtOnce) {
      let places = first..<min(plan.chunkCount, first + Self.chunksAtOnce)
      let level = Int32(Self.deflateLevel)
      guard let chunks = values.withBytes({ ChunkCompressor.compress(plan, places, of: $0, level: level) }) else {
        throw failure("a chunk cannot be compressed", name)
      }
      for (place, bytes) in zip(places, chunks) {
        let offset = plan.offset(of: place).map { hsize_t($0) }
        let status = H5Dwrite_chunk(dataset, chdf5_default(), 0, offset, bytes.count, bytes)
        try requireWritten()
        guard status >= 0 else { throw failure("the values cannot be written", name) }
      }
    }
  }

  /// Calls `body` with one C string for each text, all in one buffer.
  private static func withPointers(to texts: [String], _ body: (UnsafeRawPointer?) -> herr_t) -> herr_t {
    var characters: [UInt8] = []
    var starts: [Int] = []
    for text in texts {
      starts.append(characters.count)
      characters += text.utf8
      characters.append(0)
    }
    return characters.withUnsafeBufferPointer { buffer in
      let pointers = starts.map { start in buffer.baseAddress.map { $0 + start } }
      return pointers.withUnsafeBytes { body($0.baseAddress) }
    }
  }

  // MARK: - Attributes

  private func write(_ value: HDF5Attribute, key: String, to object: hid_t, name: String) throws(HDF5Error) {
    guard !key.isEmpty, !key.utf8.contains(0) else { throw misuse("an attribute needs a name without NUL", name) }
    switch value {
    case .integer(let number):
      try withUnsafePointer(to: number) { pointer throws(HDF5Error) in
        try write(pointer, chdf5_file_int64(), chdf5_memory_int64(), extent: nil, key: key, to: object, name: name)
      }
    case .unsigned(let number):
      try withUnsafePointer(to: number) { pointer throws(HDF5Error) in
        try write(pointer, chdf5_file_uint64(), chdf5_memory_uint64(), extent: nil, key: key, to: object, name: name)
      }
    case .real(let number):
      try withUnsafePointer(to: number) { pointer throws(HDF5Error) in
        try write(pointer, chdf5_file_double(), chdf5_memory_double(), extent: nil, key: key, to: object, name: name)
      }
    case .text(let text):
      guard !text.utf8.contains(0) else { throw misuse("the attribute \(key) holds a NUL", name) }
      let type = try variableText()
      defer { H5Tclose(type) }
      var fault: HDF5Error?
      _ = Self.withPointers(to: [text]) { pointer in
        do throws(HDF5Error) {
          try write(pointer, type, type, extent: nil, key: key, to: object, name: name)
        } catch { fault = error }
        return 0
      }
      if let fault { throw fault }
    }
  }

  /// Writes a scalar attribute, or with `extent` an array of one axis.
  func write(
    _ values: UnsafeRawPointer?, _ fileType: hid_t, _ memoryType: hid_t, extent: Int?, key: String, to object: hid_t,
    name: String
  ) throws(HDF5Error) {
    let space = extent.map { H5Screate_simple(1, [hsize_t($0)], nil) } ?? H5Screate(H5S_SCALAR)
    defer { H5Sclose(space) }
    let attribute = H5Acreate2(object, key, fileType, space, chdf5_default(), chdf5_default())
    guard space >= 0, attribute >= 0 else { throw failure("the attribute \(key) cannot be created", name) }
    defer { H5Aclose(attribute) }
    guard H5Awrite(attribute, memoryType, values) >= 0 else {
      throw failure("the attribute \(key) cannot be written", name)
    }
  }

  // MARK: - Dimension scales

  private func attachScales() throws(HDF5Error) {
    let plan = try ScalePlan(attachments: attachments, ranks: ranks) { name, reason in self.misuse(reason, name) }
    for scale in plan.scales {
      try ScaleWriter(file: file, owner: self).mark(scale.name, users: scale.users)
    }
    for (dataset, scales) in plan.lists { try ScaleWriter(file: file, owner: self).attach(scales, to: dataset) }
  }

  // MARK: - Names and errors

  private func parts(of path: String) throws(HDF5Error) -> [String] {
    let parts = path.split(separator: "/").map(String.init)
    guard !parts.isEmpty, !parts.contains("."), !path.utf8.contains(0) else {
      throw misuse("is no path of an object", path)
    }
    return parts
  }

  private func requireOpen() throws(HDF5Error) {
    guard file >= 0 else { throw HDF5Error(file: path, reason: "is finished or was abandoned") }
    try requireWritten()
    chdf5_be_silent()
  }

  func misuse(_ reason: String, _ object: String) -> HDF5Error { HDF5Error(file: path, object: object, reason: reason) }

  func failure(_ what: String, _ object: String? = nil) -> HDF5Error {
    var text = [CChar](repeating: 0, count: 512)
    chdf5_last_error(&text, text.count)
    let reason = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return HDF5Error(file: path, object: object, reason: reason.isEmpty ? what : "\(what): \(reason)")
  }

  private func systemFailure(_ what: String) -> HDF5Error {
    HDF5Error(file: path, reason: "\(what): \(String(cString: strerror(errno)))")
  }
}
