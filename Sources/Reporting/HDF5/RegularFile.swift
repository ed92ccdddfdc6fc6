import Glibc

/// Reads whole files that may have been put there by anybody.
package enum RegularFile {
  package struct Fault: Error {
    package var reason: String
  }

  /// The bytes of a regular file of at most `limit` bytes; never waits at a pipe.
  package static func contents(of path: String, limit: Int) throws(Fault) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
    guard descriptor >= 0 else { throw Fault(reason: "cannot be opened: \(String(cString: strerror(errno)))") }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw Fault(reason: "cannot be examined: \(String(cString: strerror(errno)))")
    }
    guard status.st_mode & S_IFMT == S_IFREG else { throw Fault(reason: "is no regular file") }
    let size = Int(status.st_size)
    guard size <= limit else { throw Fault(reason: "has \(size) bytes; at most \(limit) are read") }
    var failure: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, initialized in
      while initialized < size {
        let got = read(descriptor, buffer.baseAddress! + initialized, size - initialized)
        if got < 0 && errno == EINTR { continue }
        if got < 0 { failure = errno }
        if got <= 0 { break }
        initialized += got
      }
    }
    guard failure == 0 else { throw Fault(reason: "cannot be read: \(String(cString: strerror(failure)))") }
    return bytes
  }
}
