import FuzzSupport
import TickStore

// Every input is read as it is, and again with its checksums made right, so that damage behind a checksum is met too.
fuzz { bytes in
  let file = [UInt8](bytes)
  TickFileFuzz.run(file)
  TickFileFuzz.run(TickFileFuzz.resealed(file))
}
