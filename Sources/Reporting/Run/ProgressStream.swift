import CHDF5
import Glibc

/// The equity of a run under way, in an HDF5 file that others may read while it grows.
///
/// The file is written in HDF5's single-writer multiple-reader mode: a reader opens it at any time, also after the writer
/// was killed, and sees every sample up to the last flush. It is for watching only: the result is a file of its own. A
/// failure to write, for example on a full disk, ends the stream and must not end the run.
///
/// ```python
/// f = h5py.File("progress.h5", "r", swmr=True)
/// f["time"].refresh(); f["equity"].refresh()      # again and again, until f["state"][0] is 1
/// ```
public final class ProgressStream {
  public let path: String
  /// Values of a sample.
  public let laneCount: Int
  /// Samples that readers can see, and samples that are waiting.
  public private(set) var flushedCount = 0
  private var times: [Int64] = []
  private var values: [Double] = []
  private var file: hid_t = -1
  private var datasets: [hid_t] = []
  private let flushInterval: Int

  /// Samples of a chunk.
  private static let chunkRows = 1_024
  /// More lanes than anybody watches would make every sample expensive.
  public static let laneLimit = 64

  /// Begins the file; `lanes` are named, at most `laneLimit` of them. Samples become visible every `flushInterval`.
  ///
  /// An earlier stream of that name, however it ended, makes way for this one; any other file only if it may be replaced.
  public init(
    path: String, lanes: [String], runName: String, flushInterval: Int = 64, replaces: Bool = false
  ) throws(HDF5Error) {
    self.path = path
    laneCount = lanes.count
    self.flushInterval = max(1, flushInterval)
    guard (1...Self.laneLimit).contains(lanes.count) else {
      throw HDF5Error(file: path, reason: "\(lanes.count) lanes; 1 to \(Self.laneLimit) can be watched")
    }
    guard !(lanes + [runName]).contains(where: { $0.utf8.contains(0) }) else {
      throw HDF5Error(file: path, reason: "a name holds a NUL, which HDF5 strings cannot")
    }
    try Self.makeWay(at: path, replaces: replaces)
    chdf5_be_silent()
    do throws(HDF5Error) { try begin(lanes, runName) } catch {
      abandon()
      throw error
    }
  }

  deinit { abandon() }

  /// Takes the name from a file that stands there; whoever watches that one keeps it as it was.
  private static func makeWay(at path: String, replaces: Bool) throws(HDF5Error) {
    var status = stat()
    guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return }
    guard replaces || isStream(path) else {
      throw HDF5Error(file: path, reason: "exists already and is no stream")
    }
    guard unlink(path) == 0 else {
      throw HDF5Error(file: path, reason: "cannot be replaced: \(String(cString: strerror(errno)))")
    }
  }

  /// Whether a file was begun by this writer: only files for several readers have version 3 of the superblock. An empty one
  /// was not even begun.
  private static func isStream(_ path: String) -> Bool {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var head = [UInt8](repeating: 0, count: 9)
    let count = read(descriptor, &head, head.count)
    return count == 0 || count == head.count && head == [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A, 3]
  }

  private func begin(_ lanes: [String], _ runName: String) throws(HDF5Error) {
    let access = H5Pcreate(chdf5_file_access())
    defer { H5Pclose(access) }
    guard access >= 0, H5Pset_libver_bounds(access, H5F_LIBVER_V110, H5F_LIBVER_V110) >= 0 else {
      throw failure("cannot be set up")
    }
    file = H5Fcreate(path, chdf5_truncate(), chdf5_default(), access)
    guard file >= 0 else { throw failure("cannot be begun") }
    datasets = [
      try dataset("time", chdf5_file_int64(), [0]), try dataset("equity", chdf5_file_double(), [0, lanes.count]),
      try dataset("state", chdf5_file_int32(), [1]),
    ]
    try attribute("units", "nanoseconds since 1970-01-01", of: datasets[0])
    try attribute("calendar", "proleptic_gregorian", of: datasets[0])
    try attribute("long_name", "moment of the sample", of: datasets[0])
    try attribute("units", "money", of: datasets[1])
    try attribute("long_name", "equity of each lane", of: datasets[1])
    try attribute("lanes", lanes.joined(separator: "\n"), of: datasets[1])
    try attribute("long_name", "0 while the run goes on, 1 when it has ended", of: datasets[2])
    try attribute("run", runName, of: file)
    try write([Int32(0)], chdf5_memory_int32(), to: datasets[2], start: [0], count: [1])
    guard H5Fstart_swmr_write(file) >= 0 else { throw failure("cannot be opened to readers") }
  }

  /// Adds a sample: one value for each lane. Times must not decrease.
  public func append(time: Int64, equity: [Double]) throws(HDF5Error) {
    guard equity.count == laneCount else {
      throw HDF5Error(file: path, reason: "\(equity.count) values for \(laneCount) lanes")
    }
    times.append(time)
    values += equity
    if times.count >= flushInterval { try flush() }
  }

  /// Shows readers all samples so far.
  public func flush() throws(HDF5Error) {
    guard file >= 0 else { throw HDF5Error(file: path, reason: "is finished or was abandoned") }
    chdf5_be_silent()
    let count = times.count
    guard count > 0 else { return }
    let rows = flushedCount + count
    // Equity first: a reader that sees a time then finds its equity too.
    do throws(HDF5Error) {
      try extend(datasets[1], [rows, laneCount])
      try write(values, chdf5_memory_double(), to: datasets[1], start: [flushedCount, 0], count: [count, laneCount])
      guard H5Dflush(datasets[1]) >= 0 else { throw failure("cannot be flushed") }
      try extend(datasets[0], [rows])
      try write(times, chdf5_memory_int64(), to: datasets[0], start: [flushedCount], count: [count])
      guard H5Dflush(datasets[0]) >= 0 else { throw failure("cannot be flushed") }
    } catch {
      abandon()
      throw error
    }
    flushedCount = rows
    times.removeAll(keepingCapacity: true)
    values.removeAll(keepingCapacity: true)
  }

  /// Shows all samples, says that the run has ended, and closes the file.
  public func finish() throws(HDF5Error) {
    try flush()
    do throws(HDF5Error) {
      try write([Int32(1)], chdf5_memory_int32(), to: datasets[2], start: [0], count: [1])
      guard H5Dflush(datasets[2]) >= 0 else { throw failure("cannot be flushed") }
    } catch {
      abandon()
      throw error
    }
    for dataset in datasets { H5Dclose(dataset) }
    datasets = []
    let closed = H5Fclose(file)
    file = -1
    guard closed >= 0 else { throw failure("cannot be closed") }
  }

  /// HDF5's releases 1.10 crash when they close a file that could not be written, so a broken stream is left open until the
  /// process ends.
  private func abandon() {
    file = -1
    datasets = []
  }

  // MARK: - HDF5

  private func dataset(_ name: String, _ type: hid_t, _ extent: [Int]) throws(HDF5Error) -> hid_t {
    var limit = extent.map { hsize_t($0) }
    limit[0] = chdf5_unlimited()
    let space = H5Screate_simple(Int32(extent.count), extent.map { hsize_t($0) }, limit)
    let creation = H5Pcreate(chdf5_dataset_creation())
    defer {
      H5Sclose(space)
      H5Pclose(creation)
    }
    var chunk = extent.map { hsize_t($0) }
    chunk[0] = hsize_t(name == "state" ? 1 : Self.chunkRows)
    guard space >= 0, creation >= 0, H5Pset_chunk(creation, Int32(chunk.count), chunk) >= 0,
      H5Pset_obj_track_times(creation, false) >= 0
    else { throw failure("cannot be set up") }
    let dataset = H5Dcreate2(file, name, type, space, chdf5_default(), creation, chdf5_default())
    guard dataset >= 0 else { throw failure("\(name) cannot be created") }
    return dataset
  }

  private func attribute(_ key: String, _ text: String, of object: hid_t) throws(HDF5Error) {
    let type = H5Tcopy(chdf5_c_string())
    let space = H5Screate(H5S_SCALAR)
    defer {
      H5Tclose(type)
      H5Sclose(space)
    }
    // Fixed length: variable lengths live in a heap that readers of a growing file may not touch.
    guard H5Tset_size(type, max(1, text.utf8.count)) >= 0, H5Tset_cset(type, H5T_CSET_UTF8) >= 0 else {
      throw failure("a text type cannot be made")
    }
    let attribute = H5Acreate2(object, key, type, space, chdf5_default(), chdf5_default())
    defer { H5Aclose(attribute) }
    guard attribute >= 0, H5Awrite(attribute, type, Array(text.utf8) + [0]) >= 0 else {
      throw failure("the attribute \(key) cannot be written")
    }
  }

  private func extend(_ dataset: hid_t, _ extent: [Int]) throws(HDF5Error) {
    guard H5Dset_extent(dataset, extent.map { hsize_t($0) }) >= 0 else { throw failure("cannot grow") }
  }

  private func write(
    _ bytes: UnsafeRawPointer, _ type: hid_t, to dataset: hid_t, start: [Int], count: [Int]
  ) throws(HDF5Error) {
    let target = H5Dget_space(dataset)
    let source = H5Screate_simple(Int32(count.count), count.map { hsize_t($0) }, nil)
    defer {
      H5Sclose(target)
      H5Sclose(source)
    }
    guard
      H5Sselect_hyperslab(
        target, H5S_SELECT_SET, start.map { hsize_t($0) }, nil, count.map { hsize_t($0) }, nil) >= 0,
      H5Dwrite(dataset, type, source, target, chdf5_default(), bytes) >= 0
    else { throw failure("cannot be written") }
  }

  private func failure(_ what: String) -> HDF5Error {
    var text = [CChar](repeating: 0, count: 512)
    chdf5_last_error(&text, text.count)
    let reason = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return HDF5Error(file: path, reason: reason.isEmpty ? what : "\(what): \(reason)")
  }
}
