import Glibc
import Reporting

/// A folder of runs on disk: what stands in it, told apart by what the system says, never by what a name promises.
enum RunListing {
  /// One file or folder directly in a folder.
  struct Entry: Hashable {
    var name: String
    var isFolder: Bool
    var isFile: Bool
    var bytes: Int64
    /// Changes whenever the entry is written or replaced.
    var stamp: String
  }

  /// What stands in a folder, sorted by name; symbolic links are not followed and are neither files nor folders.
  static func entries(of folder: String) throws(CatalogueError) -> [Entry] {
    guard let stream = opendir(folder) else {
      throw CatalogueError(.system, folder, "cannot be listed: \(String(cString: strerror(errno)))")
    }
    defer { closedir(stream) }
    var entries: [Entry] = []
    while let record = readdir(stream) {
      let name = withUnsafeBytes(of: &record.pointee.d_name) {
        String(validating: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      // A name that is no text cannot be named on a command line either.
      guard let name, name != ".", name != ".." else { continue }
      if let entry = entry(name, in: folder) { entries.append(entry) }
    }
    return entries.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }

  static func entry(_ name: String, in folder: String) -> Entry? {
    var status = stat()
    guard lstat("\(folder)/\(name)", &status) == 0 else { return nil }
    let kind = status.st_mode & S_IFMT
    return Entry(
      name: name, isFolder: kind == S_IFDIR, isFile: kind == S_IFREG, bytes: Int64(status.st_size),
      stamp: "\(status.st_ino).\(status.st_size).\(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)")
  }

  /// Whether a name stays inside the folder it is looked up in and is no hidden or unfinished folder.
  static func isPlain(_ name: String) -> Bool {
    !name.isEmpty && !name.hasPrefix(".") && !name.utf8.contains(UInt8(ascii: "/")) && !name.utf8.contains(0)
      && !name.hasSuffix(".partial") && !name.hasSuffix(".former")
  }

  /// Removes a folder with everything in it, never following a link.
  static func remove(_ folder: String, depth: Int = 0) throws(CatalogueError) {
    guard depth < 64 else { throw CatalogueError(.system, folder, "is nested too deep") }
    for entry in try entries(of: folder) {
      if entry.isFolder {
        try remove("\(folder)/\(entry.name)", depth: depth + 1)
      } else if unlink("\(folder)/\(entry.name)") != 0 {
        throw CatalogueError(
          .system, "\(folder)/\(entry.name)", "cannot be removed: \(String(cString: strerror(errno)))")
      }
    }
    guard rmdir(folder) == 0 else {
      throw CatalogueError(.system, folder, "cannot be removed: \(String(cString: strerror(errno)))")
    }
  }

  /// Writes a small file beside its place and renames it, so that it is whole or as before.
  static func write(_ text: String, to path: String) throws(CatalogueError) {
    let temporary = "\(path).\(getpid()).new"
    func failure() -> CatalogueError {
      let reason = String(cString: strerror(errno))
      unlink(temporary)
      return CatalogueError(.system, path, "cannot be written: \(reason)")
    }
    let descriptor = open(temporary, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw failure() }
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        close(descriptor)
        throw failure()
      }
      rest = rest.dropFirst(count)
    }
    guard fsync(descriptor) == 0, close(descriptor) == 0, rename(temporary, path) == 0 else { throw failure() }
    // The name lasts only once its folder does; some file systems sync no folders and say so.
    let parent = path.lastIndex(of: "/").map { path[...$0] } ?? "."
    let folder = open(String(parent), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { throw failure() }
    defer { close(folder) }
    guard fsync(folder) == 0 || errno == EINVAL else { throw failure() }
  }
}
