import CommandLineInterface
import Glibc
import TickStore

/// The file a command is going to write.
enum OutputPath {
  /// Refuses what would lose data: an existing file without `--force`, or a file that is also read.
  static func prepare(_ path: String, isForced: Bool, inputs: [String]) throws(Failure) {
    var status = stat()
    guard stat(path, &status) == 0 else {
      guard errno == ENOENT else { throw Failure(.failure, "\(path): \(String(cString: strerror(errno)))") }
      return
    }
    if status.st_mode & S_IFMT == S_IFDIR { throw Failure(.failure, "\(path) is a folder") }
    // The output takes its name by a renaming, which would put a file in the place of a device.
    if status.st_mode & S_IFMT != S_IFREG {
      throw Failure(.failure, "\(path) is not a regular file", advice: "Name a file; an existing one needs --force.")
    }
    for input in inputs {
      var source = stat()
      if stat(input, &source) == 0, source.st_dev == status.st_dev, source.st_ino == status.st_ino {
        throw Failure(.failure, "\(path) is both read and written", advice: "Name another output file.")
      }
    }
    if !isForced { throw Failure(.failure, "\(path) exists already", advice: "--force replaces it.") }
  }

  static func size(of path: String) -> Int {
    var status = stat()
    return stat(path, &status) == 0 ? Int(status.st_size) : 0
  }

  /// Writes a text so that it appears whole or not at all.
  static func write(_ text: String, to path: String) throws(Failure) {
    do throws(TickStoreError) {
      let file = try UnfinishedFile(path: path)
      try Array(text.utf8).withUnsafeBufferPointer { bytes throws(TickStoreError) in
        try file.write(UnsafeRawBufferPointer(bytes))
      }
      try file.finish()
    } catch {
      throw Failure(.failure, "\(error.file): \(error.reason)")
    }
  }
}
