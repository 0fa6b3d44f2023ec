#include "wire/compression.hpp"

#include <zstd.h>

#include <memory>

#include "base/bytes.hpp"
#include "base/ensure.hpp"

namespace doorstep::wire {
namespace {

constexpr int kLevel = 3;

struct FreeContext {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

ZSTD_CCtx& compression_context() {
  thread_local const std::unique_ptr<ZSTD_CCtx, FreeContext> context = [] {
    std::unique_ptr<ZSTD_CCtx, FreeContext> made(ZSTD_createCCtx());
    ensure(made != nullptr, "zstd has memory for a context");
    ZSTD_CCtx_setParameter(made.get(), ZSTD_c_compressionLevel, kLevel);
    ZSTD_CCtx_setParameter(made.get(), ZSTD_c_checksumFlag, 1);
    return made;
  }();
  return *context;
}

ZSTD_DCtx& decompression_context() {
  thread_local const std::unique_ptr<ZSTD_DCtx, FreeContext> context(ZSTD_createDCtx());
  ensure(context != nullptr, "zstd has memory for a context");
  return *context;
}

}  // namespace

std::string compress(std::string_view raw) {
  std::string stored(ZSTD_compressBound(raw.size()), '\0');
  const std::size_t size =
      ZSTD_compress2(&compression_context(), stored.data(), stored.size(), raw.data(), raw.size());
  ensure(ZSTD_isError(size) == 0, "zstd compresses into its own bound");
  stored.resize(size);
  return stored;
}

std::string decompress(std::string_view stored, std::size_t raw_size) {
  // One frame and nothing behind it, which says the same size: checked before anything is allocated.
  if (ZSTD_findFrameCompressedSize(stored.data(), stored.size()) != stored.size())
    malformed("not one zstd frame");
  if (ZSTD_getFrameContentSize(stored.data(), stored.size()) != raw_size) malformed("sizes disagree");
  std::string raw(raw_size, '\0');
  const std::size_t size =
      ZSTD_decompressDCtx(&decompression_context(), raw.data(), raw.size(), stored.data(), stored.size());
  if (ZSTD_isError(size) != 0 || size != raw_size) malformed("damaged zstd frame");
  return raw;
}

}  // namespace doorstep::wire
