import CommandLineInterface
import Glibc

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
    let temporary = "\(path).\(getpid()).partial"
    func failure() -> Failure {
      let reason = String(cString: strerror(errno))
      unlink(temporary)
      return Failure(.failure, "\(path) cannot be written: \(reason)")
    }
    let descriptor = open(temporary, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw failure() }
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        let failure = failure()
        close(descriptor)
        throw failure
      }
      bytes = bytes.dropFirst(count)
    }
    guard fsync(descriptor) == 0, close(descriptor) == 0, rename(temporary, path) == 0 else { throw failure() }
    // The name itself is durable only once its folder is.
    let slash = path.lastIndex(of: "/")
    let folder = open(slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? ".", O_RDONLY | O_CLOEXEC)
    if folder >= 0 {
      fsync(folder)
      close(folder)
    }
  }
}
