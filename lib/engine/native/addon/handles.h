// The tensors of tfjs-node's addon, by the numbers that JavaScript knows them by.
#pragma once

#include <stdexcept>
#include <string>
#include <unordered_map>
#include <vector>

#include "tensorflow/c/eager/c_api.h"
#include "tfjs_backend.h"

namespace genlab {

using tfnodejs::TFJSBackend;

// The addon keeps its tensors private. An explicit instantiation may name a private member, and hand it on.
template <typename Tag, typename Tag::type member>
struct Reveal {
  friend typename Tag::type reveal(Tag) { return member; }
};
struct HandleMap {
  using type = std::unordered_map<int32_t, TFE_TensorHandle *> TFJSBackend::*;
  friend type reveal(HandleMap);
};
struct Describe {
  using type = napi_value (TFJSBackend::*)(napi_env, TFE_TensorHandle *);
  friend type reveal(Describe);
};
template struct Reveal<HandleMap, &TFJSBackend::tfe_handle_map_>;
template struct Reveal<Describe, &TFJSBackend::GenerateOutputTensorInfo>;

inline void check(TF_Status *status) {
  if (TF_GetCode(status) != TF_OK) throw std::runtime_error(TF_Message(status));
}

// A float32 tensor in the memory of the machine.
class Tensor {
 public:
  // Of the tensor that JavaScript knows as `id`; it shares its memory.
  Tensor(TFJSBackend *backend, int32_t id) : place_(find(backend, id)) {
    Status status;
    tensor_ = TFE_TensorHandleResolve(*place_, status.status);
    check(status.status);
    if (TF_TensorType(tensor_) != TF_FLOAT) {
      TF_DeleteTensor(tensor_);
      throw std::runtime_error("a float32 tensor is needed");
    }
  }

  // A new one; its numbers are not set.
  explicit Tensor(const std::vector<int64_t> &shape) : tensor_(allocate(shape)) {}

  Tensor(Tensor &&other) noexcept : place_(other.place_), tensor_(other.tensor_) { other.tensor_ = nullptr; }
  Tensor(const Tensor &) = delete;
  Tensor &operator=(const Tensor &) = delete;
  ~Tensor() {
    if (tensor_) TF_DeleteTensor(tensor_);
  }

  float *data() const { return static_cast<float *>(TF_TensorData(tensor_)); }
  int64_t size() const { return TF_TensorElementCount(tensor_); }
  std::vector<int64_t> shape() const {
    std::vector<int64_t> shape(TF_NumDims(tensor_));
    for (size_t i = 0; i < shape.size(); i++) shape[i] = TF_Dim(tensor_, static_cast<int>(i));
    return shape;
  }

  // Makes the memory this tensor's own, so that it may be written to: a copy, where anybody else can see it.
  void makeOwn() {
    TFE_DeleteTensorHandle(*place_);
    *place_ = nullptr;
    TF_Tensor *own = TF_TensorMaybeMove(tensor_);
    if (!own) {
      own = allocate(shape());
      std::memcpy(TF_TensorData(own), TF_TensorData(tensor_), TF_TensorByteSize(tensor_));
      TF_DeleteTensor(tensor_);
    }
    tensor_ = own;
    *place_ = handle();
  }

  // A new handle, which somebody must own.
  TFE_TensorHandle *handle() const {
    Status status;
    TFE_TensorHandle *made = TFE_NewTensorHandle(tensor_, status.status);
    check(status.status);
    return made;
  }

 private:
  struct Status {
    TF_Status *status = TF_NewStatus();
    ~Status() { TF_DeleteStatus(status); }
  };

  static TFE_TensorHandle **find(TFJSBackend *backend, int32_t id) {
    auto &handles = backend->*reveal(HandleMap());
    auto found = handles.find(id);
    if (found == handles.end()) throw std::runtime_error("there is no tensor " + std::to_string(id));
    return &found->second;
  }

  static TF_Tensor *allocate(const std::vector<int64_t> &shape) {
    int64_t bytes = sizeof(float);
    for (int64_t size : shape) bytes *= size;
    TF_Tensor *tensor = TF_AllocateTensor(TF_FLOAT, shape.data(), static_cast<int>(shape.size()), bytes);
    if (!tensor || (bytes > 0 && !TF_TensorData(tensor))) {
      throw std::runtime_error("OOM when allocating " + std::to_string(bytes) + " bytes");
    }
    return tensor;
  }

  TFE_TensorHandle **place_ = nullptr;
  TF_Tensor *tensor_;
};

}  // namespace genlab
