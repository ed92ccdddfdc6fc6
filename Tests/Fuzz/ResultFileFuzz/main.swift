import FuzzSupport
import Reporting

// Whatever is read can be checked, hashed and stored again.
fuzz { bytes in
  guard let run = try? RunResultFile.read(bytes: Array(bytes)) else { return }
  guard (try? run.validate()) != nil else { preconditionFailure("what was read contradicts itself") }
  precondition(run.contentHash().utf8.count == 64)
}
