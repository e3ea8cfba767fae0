/**
 * The addon that set-up compiles: tfjs-node's own two files, and beside its functions a few of ours that do in one call
 * what takes TensorFlow's operations many: all of an optimizer's step, group normalization, and softmax. They compute in the memory
 * of TensorFlow's tensors, through its C API alone. On a GPU they are not called.
 */
#include <node_api.h>

#include <cstring>

// Ours is the module; theirs is part of it.
#undef NAPI_MODULE
#define NAPI_MODULE(name, init)
#include "tfjs_backend.cc"
#include "tfjs_binding.cc"

#include "group_norm.h"
#include "optimizer.h"
#include "softmax.h"

namespace genlab {
namespace {

void need(napi_status status) {
  if (status != napi_ok) throw std::runtime_error("wrong arguments");
}

/** A list of numbers. */
std::vector<double> numbers(napi_env env, napi_value list) {
  uint32_t count;
  need(napi_get_array_length(env, list, &count));
  std::vector<double> values(count);
  for (uint32_t i = 0; i < count; i++) {
    napi_value value;
    need(napi_get_element(env, list, i, &value));
    need(napi_get_value_double(env, value, &values[i]));
  }
  return values;
}

/** What JavaScript calls with a list of tensors' ids and a list of numbers; gives [{ id, shape, dtype }]. */
using Function = std::vector<Tensor> (*)(TFJSBackend *, const std::vector<int32_t> &, const std::vector<double> &);

template <Function function>
napi_value call(napi_env env, napi_callback_info info) {
  try {
    size_t count = 2;
    napi_value arguments[2], list;
    need(napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr));
    if (count < 2) need(napi_invalid_arg);
    const auto ids = numbers(env, arguments[0]);
    TFJSBackend *backend = tfnodejs::GetTFJSBackend(env);
    if (!backend) return nullptr;
    const auto results = function(backend, {ids.begin(), ids.end()}, numbers(env, arguments[1]));
    need(napi_create_array_with_length(env, results.size(), &list));
    for (size_t i = 0; i < results.size(); i++) {
      need(napi_set_element(env, list, i, (backend->*reveal(Describe()))(env, results[i].handle())));
    }
    return list;
  } catch (const std::exception &error) {
    napi_throw_error(env, nullptr, error.what());
    return nullptr;
  }
}

napi_value init(napi_env env, napi_value exports) {
  exports = tfnodejs::InitTFNodeJSBinding(env, exports);
  const napi_property_descriptor ours[] = {
      {"genlabAdam", nullptr, call<adam>, nullptr, nullptr, nullptr, napi_default, nullptr},
      {"genlabAverage", nullptr, call<average>, nullptr, nullptr, nullptr, napi_default, nullptr},
      {"genlabGroupNorm", nullptr, call<groupNorm>, nullptr, nullptr, nullptr, napi_default, nullptr},
      {"genlabGroupNormGradient", nullptr, call<groupNormGradient>, nullptr, nullptr, nullptr, napi_default, nullptr},
      {"genlabSoftmax", nullptr, call<softmax>, nullptr, nullptr, nullptr, napi_default, nullptr},
      {"genlabSoftmaxGradient", nullptr, call<softmaxGradient>, nullptr, nullptr, nullptr, napi_default, nullptr},
  };
  if (exports) napi_define_properties(env, exports, sizeof ours / sizeof ours[0], ours);
  return exports;
}

}  // namespace
}  // namespace genlab

NAPI_MODULE_INIT() { return genlab::init(env, exports); }
