# A function with everything around it that the provider has a resource for.

variable "stage" {
  type = string
}

variable "memory_size" {
  type = number
}

variable "weights" {
  type = map(number)
}

resource "aws_lambda_layer_version" "tools" {
  layer_name               = "tools"
  filename                 = "layer.zip"
  source_code_hash         = filebase64sha256("layer.zip")
  compatible_runtimes      = ["python3.13"]
  compatible_architectures = ["x86_64"]
  license_info             = "MIT"
}

resource "aws_lambda_layer_version_permission" "shared" {
  layer_name     = aws_lambda_layer_version.tools.layer_name
  version_number = aws_lambda_layer_version.tools.version
  statement_id   = "shared"
  action         = "lambda:GetLayerVersion"
  principal      = "444455556666"
}

resource "aws_lambda_code_signing_config" "trusted" {
  description = "Of ${var.stage}"
  allowed_publishers {
    signing_profile_version_arns = [
      "arn:aws:signer:us-east-1:000000000000:/signing-profiles/trusted/abcdefghij",
    ]
  }
  policies {
    untrusted_artifact_on_deployment = "Warn"
  }
  tags = {
    stage = var.stage
  }
}

resource "aws_lambda_function" "hello" {
  function_name                  = "hello"
  role                           = "arn:aws:iam::000000000000:role/hello"
  runtime                        = "python3.13"
  handler                        = "index.handler"
  filename                       = "code.zip"
  source_code_hash               = filebase64sha256("code.zip")
  publish                        = true
  memory_size                    = var.memory_size
  layers                         = [aws_lambda_layer_version.tools.arn]
  code_signing_config_arn        = aws_lambda_code_signing_config.trusted.arn
  reserved_concurrent_executions = 10
  tags = {
    stage = var.stage
  }
}

resource "aws_lambda_alias" "live" {
  name             = "live"
  description      = "Of ${var.stage}"
  function_name    = aws_lambda_function.hello.function_name
  function_version = aws_lambda_function.hello.version
  dynamic "routing_config" {
    for_each = length(var.weights) == 0 ? [] : [var.weights]
    content {
      additional_version_weights = routing_config.value
    }
  }
}

resource "aws_lambda_permission" "bucket" {
  statement_id   = "bucket"
  action         = "lambda:InvokeFunction"
  function_name  = aws_lambda_function.hello.function_name
  principal      = "s3.amazonaws.com"
  source_arn     = "arn:aws:s3:::bucket-of-${var.stage}"
  source_account = "000000000000"
}

resource "aws_lambda_permission" "account" {
  statement_id  = "account"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.hello.function_name
  qualifier     = aws_lambda_alias.live.name
  # The service shows an account as this ARN (recorded), which the provider takes for a difference if only its id was given.
  principal     = "arn:aws:iam::444455556666:root"
}

resource "aws_lambda_function_url" "live" {
  function_name      = aws_lambda_function.hello.function_name
  qualifier          = aws_lambda_alias.live.name
  authorization_type = "AWS_IAM"
  cors {
    allow_origins = ["https://${var.stage}.example.com"]
    allow_methods = ["GET"]
    max_age       = 300
  }
}

resource "aws_lambda_function_event_invoke_config" "live" {
  function_name                = aws_lambda_function.hello.function_name
  qualifier                    = aws_lambda_alias.live.name
  maximum_retry_attempts       = 1
  maximum_event_age_in_seconds = 600
  destination_config {
    on_failure {
      destination = "arn:aws:sqs:us-east-1:000000000000:failures-of-${var.stage}"
    }
  }
}

resource "aws_lambda_provisioned_concurrency_config" "hello" {
  function_name                     = aws_lambda_function.hello.function_name
  qualifier                         = aws_lambda_function.hello.version
  provisioned_concurrent_executions = 2
}

resource "aws_lambda_runtime_management_config" "hello" {
  function_name     = aws_lambda_function.hello.function_name
  update_runtime_on = "FunctionUpdate"
}

resource "aws_lambda_function_recursion_config" "hello" {
  function_name  = aws_lambda_function.hello.function_name
  recursive_loop = "Allow"
}

resource "aws_lambda_event_source_mapping" "queue" {
  function_name    = aws_lambda_function.hello.arn
  event_source_arn = "arn:aws:sqs:us-east-1:000000000000:jobs"
  batch_size       = 5
  tags = {
    stage = var.stage
  }
}

output "version" {
  value = aws_lambda_function.hello.version
}
