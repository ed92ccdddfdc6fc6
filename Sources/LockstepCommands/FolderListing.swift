import CommandLineInterface
import Glibc

/// What stands in a folder.
enum FolderListing {
  /// Names without hidden ones, sorted.
  static func names(in path: String) throws(Failure) -> [String] {
    guard let stream = opendir(path) else {
      throw Failure(.badData, "\(path) cannot be read: \(String(cString: strerror(errno)))")
    }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted()
  }
}
