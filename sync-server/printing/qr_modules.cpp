#include "printing/qr_modules.hpp"

#include <qrencode.h>

#include <memory>

namespace doorstep::server::printing {

QrModules::QrModules(const std::string& text, QrCorrection correction) {
  const std::unique_ptr<QRcode, decltype(&QRcode_free)> code(
      QRcode_encodeString8bit(text.c_str(), 0, correction == QrCorrection::low ? QR_ECLEVEL_L : QR_ECLEVEL_M),
      &QRcode_free);
  if (code == nullptr) return;
  width_ = code->width;
  for (int i = 0; i < width_ * width_; ++i) dark_.push_back((code->data[i] & 1) != 0);
}

}  // namespace doorstep::server::printing
